import Convolution

/// One axis of a descriptor, nothing missing. Dilation is counted from 1.
struct DescriptorAxis {
  let input, output, kernel, stride, dilation: Int
  let padding: PaddingAmount
}

/// What a descriptor says of one axis; nil where it says nothing. Dilation is counted from 0.
struct AxisFields {
  var input, output, kernel, stride, padding, dilation: Int?

  init(_ fields: DescriptorFields, _ letter: Character) throws(ConvolutionError) {
    func size(_ field: Character) -> Int? {
      fields["\(field)\(letter)"].flatMap { $0 == 0 ? nil : $0 }
    }
    input = size("i")
    output = size("o")
    kernel = size("k")
    stride = try fields.positive("s\(letter)")
    padding = fields["p\(letter)"]
    dilation = fields["d\(letter)"]
  }

  /// Whether the axis is there: one said to have padding 0, dilation 0 or stride 1 and no more is not.
  var isGiven: Bool {
    input != nil || output != nil || kernel != nil || stride ?? 1 != 1 || padding ?? 0 != 0
      || dilation ?? 0 != 0
  }

  /// The axis itself where it has all that benchdnn asks for; else with what it lacks from `other`.
  func completed(from other: AxisFields) -> AxisFields {
    guard isGiven else { return other }
    guard input == nil || kernel == nil else { return self }
    var axis = self
    // Another axis's output belongs to its input.
    if input == nil { axis.output = output ?? other.output }
    axis.input = input ?? other.input
    axis.kernel = kernel ?? other.kernel
    axis.stride = stride ?? other.stride
    axis.padding = padding ?? other.padding
    axis.dilation = dilation ?? other.dilation
    return axis
  }

  func resolved(
    input: Int, kernel: Int, isTransposed: Bool
  ) throws(ConvolutionError) -> DescriptorAxis {
    let stride = stride ?? 1
    let dilation = try Self.sum(dilation ?? 0, 1)
    let span = try kernelSpan(kernel: kernel, dilation: dilation)
    let output: Int
    if let given = self.output {
      output = given
    } else if isTransposed {
      output = try transposedOutput(input: input, span: span, stride: stride)
    } else {
      output = try convolvedOutput(input: input, span: span, stride: stride)
    }
    // A transposed layer's windows lie on its output, one an input.
    let (windows, extent) = isTransposed ? (input, output) : (output, input)
    let reach = try Checked.multiply(windows - 1, stride, argument: "descriptor")
    let total = try Self.sum(reach, span - extent)
    let before = padding ?? (self.output == nil ? 0 : total / 2)
    return DescriptorAxis(
      input: input, output: output, kernel: kernel, stride: stride, dilation: dilation,
      padding: PaddingAmount(before: before, after: try Self.sum(total, -before)))
  }

  /// What comes out with the same padding on either side.
  private func convolvedOutput(
    input: Int, span: Int, stride: Int
  ) throws(ConvolutionError) -> Int {
    let before = padding ?? 0
    let padded = try Self.sum(input, Checked.multiply(2, before, argument: "descriptor"))
    guard span <= padded else {
      throw ConvolutionError(
        .kernelLargerThanInput, argument: "descriptor", received: "a kernel that spans \(span)",
        expected: "at most the padded input's \(padded) (\(input) and \(before) on either side)")
    }
    return (padded - span) / stride + 1
  }

  private func transposedOutput(
    input: Int, span: Int, stride: Int
  ) throws(ConvolutionError) -> Int {
    let before = padding ?? 0
    let whole = try Self.sum(
      Checked.multiply(input - 1, stride, argument: "descriptor"), span)
    let output = try Self.sum(whole, -Checked.multiply(2, before, argument: "descriptor"))
    guard output > 0 else {
      throw ConvolutionError(
        .nonPositiveSize, argument: "descriptor", received: "padding \(before) on either side",
        expected: "less than the \(whole) samples that the taps reach")
    }
    return output
  }

  private static func sum(_ a: Int, _ b: Int) throws(ConvolutionError) -> Int {
    try Checked.add(a, b, argument: "descriptor")
  }
}
