import Convolution
import ConvolutionFiles
import ConvolutionGraph
import Dispatch
import Foundation

/// The articles' samples, each as it stands there, and what they take for granted.
enum Samples {
  /// Makes a folder with the models of a framework the present one, while `body` runs. For a process of its own.
  private static func inSamples(_ framework: Framework, _ body: () throws -> Void) throws {
    let folder = try SampleFolder(framework)
    let before = FileManager.default.currentDirectoryPath
    _ = FileManager.default.changeCurrentDirectoryPath(folder.url.path)
    defer { _ = FileManager.default.changeCurrentDirectoryPath(before) }
    try body()
  }

  static func overview() throws {
    // Output, input, kernel.
    let weights = try Tensor(repeating: 0.01, shape: [32, 32, 4, 1])
    let layer = try Conv2D(
      weights: weights, padding: .same, border: .reflect, activation: .relu)
    print(try layer.paddingAmounts(for: [100, 20]))
    // [(before: 1, after: 2), (before: 0, after: 0)]

    // Images, channels, height, width.
    let x = try Tensor(repeating: 1, shape: [64, 32, 100, 20])
    let y = try layer(x)
    print(y.shape)
    // [64, 32, 100, 20]
  }

  static func files() throws {
    try inSamples(.torch) {
      let file = try TensorFile(contentsOf: "model.pth")
      for entry in file.entries { print(entry.name, entry.shape, entry.element) }
      let layer = try Conv2D(
        weights: file.tensor(named: "first.weight"),
        bias: file.tensor(named: "first.bias"), padding: .torch("same"))

      precondition(layer.outputChannels == 12)
    }
  }

  static func networks() throws {
    try inSamples(.torch) {
      let picture = try NetworkTensor(npyFile: "x.npy")

      let network = try Network(contentsOf: "model.onnx")
      let plan = try network.plan(inputs: ["x": [2, 4, 24, 24]])
      var workspace = try NetworkWorkspace(for: plan)
      // Or into buffers of yours, without allocating.
      let outputs = try plan.run(["x": picture], workspace: &workspace)

      precondition(outputs["y"] != nil)
    }
  }

  static func whichSideIsPadded() throws {
    do {
      let weights = try Tensor(repeating: 0.01, shape: [32, 32, 4, 1])
      let layer = try Conv2D(weights: weights, padding: .same)
      print(try layer.paddingAmounts(for: [100, 20]))
      // [(before: 1, after: 2), (before: 0, after: 0)]
    }
    do {
      let strided = try Tensor(repeating: 1, shape: [16, 3, 3, 3])
      let keras = try Conv2D(weights: strided, stride: 2, padding: .keras("same"))
      let torch = try Conv2D(weights: strided, stride: 2, padding: .torch(1))
      print(try keras.paddingAmounts(for: [224, 224]))
      // [(before: 0, after: 1), (before: 0, after: 1)]
      print(try torch.paddingAmounts(for: [224, 224]))
      // [(before: 1, after: 1), (before: 1, after: 1)]
      print(try keras.paddingAmounts(for: [225, 225]))
      // [(before: 1, after: 1), (before: 1, after: 1)]
    }
    do {
      // Input, output, kernel.
      let upWeights = try Tensor(repeating: 0.01, shape: [32, 16, 3, 3])
      let kerasUp = try TransposedConv2D(weights: upWeights, stride: 2, padding: .same)
      let torchUp = try TransposedConv2D(
        weights: upWeights, stride: 2, padding: .torch(1, outputPadding: [1]))
      print(try kerasUp.paddingAmounts(for: [100, 20]))
      // [(before: 0, after: 1), (before: 0, after: 1)]
      print(try torchUp.paddingAmounts(for: [100, 20]))
      // [(before: 1, after: 0), (before: 1, after: 0)]
      print(try kerasUp.outputShape(for: [64, 32, 100, 20]))
      // [64, 16, 200, 40]
    }
  }

  static func embeddingInAServer() async throws {
    let weights = try Tensor(repeating: 0.01, shape: [32, 32, 4, 1])
    let x = try Tensor(repeating: 1, shape: [1, 32, 100, 20])
    let requests = [x, x]

    let layer = try Conv2D(weights: weights, padding: .same)
    let plan = try layer.plan(for: [1, 32, 100, 20], with: Planner(threads: 1))

    // A worker of the server: its memory is made once.
    var output = try Tensor(shape: plan.outputShape)
    var workspace = try Workspace(for: plan)
    for request in requests {
      var span = output.mutableSpan
      try plan.run(request.span, into: &span, workspace: &workspace)
    }

    var networkOfFile: Network?
    try inSamples(.torch) {
      let picture = try NetworkTensor(npyFile: "x.npy")

      let network = try Network(contentsOf: "model.onnx")
      let networkPlan = try network.plan(with: Planner(threads: 1))
      var networkWorkspace = try NetworkWorkspace(for: networkPlan)
      let outputs = try networkPlan.run(["x": picture], workspace: &networkWorkspace)

      precondition(outputs["y"] != nil)
      networkOfFile = network
    }

    do {
      let y = try await layer.runInBackground(x)

      precondition(y == output)
    }

    let queue = DispatchQueue(label: "networks", attributes: .concurrent)

    func run(
      _ plan: NetworkPlan, _ inputs: [String: NetworkTensor]
    ) async throws -> [String: NetworkTensor] {
      try await withCheckedThrowingContinuation { continuation in
        queue.async { continuation.resume(with: Result { try plan.run(inputs) }) }
      }
    }

    let outputs = try await run(
      networkOfFile!.plan(), ["x": NetworkTensor(repeating: 0, shape: [2, 4, 24, 24])])
    precondition(outputs["y"] != nil)

    do {
      let plan = try layer.plan(for: [1, 3, 100, 20])
      print(plan)
    } catch {
      print(error)
      // input: got 3 channels in shape [1, 3, 100, 20], expected 32, the weights' input channels times groups
    }
  }

  static func profilingAndTuning() throws {
    try inSamples(.torch) {
      let networkPlan = try Network(contentsOf: "model.onnx").plan()
      let picture = try NetworkTensor(npyFile: "x.npy")

      let (_, nanoseconds) = try networkPlan.profile(["x": picture])
      for (step, time) in zip(networkPlan.summary, nanoseconds) {
        print(Int(time / 1e3), "us", step.operation, step.algorithm, step.node)
      }

      try MeasuredTimes().write(toFile: "times.txt", comment: "")
      try CostModel.closest(to: .avx2, Machine.caches).write(toFile: "model.txt")

      let times = try MeasuredTimes(file: "times.txt")
      let model = try CostModel(file: "model.txt")
      let planner = Planner(measuredTimes: times, costModel: model)

      precondition(planner.costModel != nil)
    }
  }

  static func movingAKerasModel() throws {
    try inSamples(.keras) {
      let keras = try Network(contentsOf: "model.keras")
      let plan = try keras.plan(inputs: ["input_layer": [2, 24, 24, 4]])
      let outputs = try plan.run(["input_layer": try NetworkTensor(npyFile: "x.npy")])

      precondition(outputs["dilated"] != nil)

      try keras.onnx(inputs: ["input_layer": [2, 24, 24, 4]]).write(toFile: "model.onnx")
      try keras.onnx(opset: 17, dynamic: true).write(toFile: "dynamic.onnx")

      let file = try TensorFile(contentsOf: "model.keras")
      let first = try Conv2D(
        weights: file.tensor(named: "first/0"), weightOrder: .kernelInputOutput,
        bias: file.tensor(named: "first/1"), padding: .keras("same"))
      let y = try first(try Tensor(npyFile: "x.npy"), layout: .channelsLast)

      precondition(y.shape == [2, 24, 24, 12])
    }
  }

  static func movingAPyTorchModel() throws {
    try inSamples(.torch) {
      let file = try TensorFile(contentsOf: "model.pth")

      // nn.Conv2d(4, 12, (4, 1), padding="same")
      let first = try Conv2D(
        weights: file.tensor(named: "first.weight"),
        bias: file.tensor(named: "first.bias"), padding: .torch("same"))

      // nn.Conv2d(12, 16, 5, padding=2, padding_mode="reflect")
      let reflect = try Conv2D(
        weights: file.tensor(named: "reflect.weight"),
        bias: file.tensor(named: "reflect.bias"), padding: .torch(2),
        border: Border.torch(paddingMode: "reflect"))

      // nn.ConvTranspose2d(16, 5, 4, stride=2, padding=1)
      let up = try TransposedConv2D(
        weights: file.tensor(named: "up.weight"),
        bias: file.tensor(named: "up.bias"), stride: 2, padding: .torch(1))

      let y = try up(reflect(first(Tensor(npyFile: "x.npy"))))
      precondition(y.shape == [2, 5, 48, 48])

      let layer = try Network(layer: first)
      try layer.onnx(inputs: ["x": [1, 4, 24, 24]]).write(toFile: "layer.onnx")
    }
  }

  static func exportingToCoreML() throws {
    try inSamples(.keras) {
      let keras = try Network(contentsOf: "model.keras")
      let shapes = ["input_layer": [1, 24, 24, 4]]
      try keras.coreMLPackage(inputs: shapes).write(toFile: "model.mlpackage")
      try keras.coreMLPackage(inputs: shapes, weights: .float16)
        .write(toFile: "half.mlpackage")
      try keras.coreMLModel(inputs: shapes).write(toFile: "model.mlmodel")
    }
  }
}
