import Convolution

/// `DepthToSpace`, and `SpaceToDepth`, which takes it back: blocks of an image's samples are channels of one sample.
struct DepthToSpaceOperator: Operator {
  enum Direction: Sendable { case toSpace, toDepth }

  /// How the channels of the deep image count: block row and column outermost, or the wide image's channels outermost.
  enum Mode: String, Sendable {
    case depthFirst = "DCR"
    case channelsFirst = "CRD"
  }

  let direction: Direction
  let mode: Mode
  let block: Int
  private(set) var order = AxisOrder()

  init?(_ reader: inout NodeReader, _ direction: Direction) {
    guard let block = reader.integer("blocksize"), block > 0 else {
      reader.reject("no positive attribute blocksize")
      return nil
    }
    self.direction = direction
    self.block = block
    mode = reader.word("mode", default: .depthFirst)
  }

  var description: String { direction == .toSpace ? "DepthToSpace" : "SpaceToDepth" }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let x = try arguments.type(0, "x")
    let area = try asNetworkError { () throws(ConvolutionError) in
      try Checked.multiply(block, block, argument: "blocksize")
    }
    let shape = x.shape.count == 4 ? order.inFile(x.shape) : []
    let fits =
      switch direction {
      case .toSpace: shape.count == 4 && shape[1] % area == 0
      case .toDepth: shape.count == 4 && shape[2] % block == 0 && shape[3] % block == 0
      }
    guard fits else {
      throw NetworkError(
        .shapeMismatch, argument: "x", received: "\(x)",
        expected: direction == .toSpace
          ? "images of channels that are a multiple of \(area)"
          : "images of extents that are multiples of \(block)")
    }
    let result =
      switch direction {
      case .toSpace: [shape[0], shape[1] / area, shape[2] * block, shape[3] * block]
      case .toDepth: [shape[0], shape[1] * area, shape[2] / block, shape[3] / block]
      }
    return [try TensorType(x.element, order.atHand(result)).checked()]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let x = try arguments.type(0, "x").shape
    let (deep, wide) = direction == .toSpace ? (x, outputs[0].shape) : (outputs[0].shape, x)
    let (d, w) = (order.strides(of: deep), order.strides(of: wide))
    let extents = order.inFile(deep)
    let channels = order.inFile(wide)[1]
    // Of the deep image's channels: steps from channel, row and column of the block to the next.
    let (channel, row, column) =
      switch mode {
      case .depthFirst: (1, block * channels, channels)
      case .channelsFirst: (block * block, block, 1)
      }
    // Image, channel, row, row of the block, column, column of the block.
    let deepStrides = [d[0], channel * d[1], d[2], row * d[1], d[3], column * d[1]]
    let wideStrides = [w[0], w[1], block * w[2], w[2], block * w[3], w[3]]
    let isToSpace = direction == .toSpace
    var step = CopyStep(outputs[0].element, context)
    try step.add(
      [extents[0], channels, extents[2], block, extents[3], block],
      from: .init(memory: .input(0), strides: isToSpace ? deepStrides : wideStrides),
      to: .init(memory: .output(0), strides: isToSpace ? wideStrides : deepStrides))
    return step
  }

  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    var operation = self
    operation.order = order.permuted(by: permutation)
    return Permuted(operation: operation, inputs: [permutation])
  }
}
