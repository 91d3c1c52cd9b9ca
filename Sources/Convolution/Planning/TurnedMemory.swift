import CConvolution

/// What C reads of tasks that turn their part of the memory.
struct TurnedMemory {
  private(set) var description: AlignedMemory<conv_turned>
  /// Workspace of a thread for its part of the input, and of the output.
  let inputBytes, outputBytes: Int
  var bytes: Int { inputBytes + outputBytes }
  private let inputs, outputs: AlignedMemory<conv_box>

  /// - Throws: `.outOfMemory`.
  init(
    _ boxes: [(input: conv_box, output: conv_box)], x: HeldImage, y: HeldImage
  ) throws(ConvolutionError) {
    inputs = try AlignedMemory(count: boxes.count, argument: "tasks")
    outputs = try AlignedMemory(count: boxes.count, argument: "tasks")
    _ = inputs.buffer.initialize(fromContentsOf: boxes.map(\.input))
    _ = outputs.buffer.initialize(fromContentsOf: boxes.map(\.output))
    func most(_ boxes: [conv_box]) -> Int {
      ((boxes.map(\.count).max() ?? 0) * MemoryLayout<Float>.stride).roundedUpToALine
    }
    (inputBytes, outputBytes) = (most(boxes.map(\.input)), most(boxes.map(\.output)))
    description = try AlignedMemory(count: 1, argument: "plan")
    description.buffer.initialize(
      repeating: conv_turned(
        x: x.strides, y: y.strides, x_offset: x.origin, y_offset: y.origin,
        inputs: inputs.buffer.baseAddress, outputs: outputs.buffer.baseAddress,
        input_bytes: inputBytes, output_bytes: outputBytes))
  }

  /// The same of channels-last images of more channels than are read: `pixel` elements lie between one pixel and the next.
  ///
  /// - Throws: `.outOfMemory`.
  init(
    _ other: TurnedMemory, reading channels: Int, from pixel: Int
  ) throws(ConvolutionError) {
    self = other
    var turned = other.description.buffer[0]
    turned.x.spread(channels, over: pixel)
    turned.x_offset = turned.x_offset / channels * pixel
    description = try AlignedMemory(count: 1, argument: "plan")
    description.buffer.initialize(repeating: turned)
  }
}
