extension CoreMLModel {
  init(neuralNetwork program: MLProgram, _ weights: CoreMLWeights) throws(NetworkError) { fatalError() }
}
