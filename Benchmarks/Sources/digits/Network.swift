import Convolution

/// Four convolutions, of which the last one sees a whole picture and has an output for each digit.
struct Network {
  private var layers: [TrainedLayer]

  init(_ random: inout some RandomNumberGenerator) throws {
    layers = [
      try TrainedLayer(from: 1, to: 32, kernel: 3, padding: .same, activation: .relu, &random),
      try TrainedLayer(from: 32, to: 32, kernel: 3, padding: .same, activation: .relu, &random),
      try TrainedLayer(
        from: 32, to: 64, kernel: 3, stride: 2, padding: .same, activation: .relu, &random),
      try TrainedLayer(from: 64, to: 10, kernel: 4, padding: .valid, &random),
    ]
  }

  /// The digits that pictures are read as.
  func read(_ pictures: Tensor) throws -> [Int] {
    let scores = try layers.reduce(pictures) { try $1.layer()($0) }
    return scores.rows.map { row in row.indices.max { row[$0] < row[$1] }! - row.startIndex }
  }

  /// One step of gradient descent on a batch. Returns the loss before it.
  mutating func learn(
    _ pictures: Tensor, _ labels: [Int], rate: Float, momentum: Float
  ) throws -> Double {
    let planner = Planner(imagesPerWeightUpdate: pictures.shape[0])
    let current = try layers.map { try $0.layer() }
    var samples = [pictures]
    for layer in current { samples.append(try layer(samples.last!, with: planner)) }
    var (loss, gradient) = try crossEntropy(of: samples.last!, labels)
    for index in layers.indices.reversed() {
      // Nobody asks how the pictures themselves should change.
      let parts: Gradients.Parts = index == 0 ? [.weights, .bias] : [.input, .weights, .bias]
      let gradients = try current[index]
        .gradients(parts, for: samples[index].shape, with: planner)
        .run(samples[index], outputGradient: gradient, output: samples[index + 1])
      try layers[index].descend(gradients, rate: rate, momentum: momentum)
      if let input = gradients.input { gradient = input }
    }
    return loss
  }
}
