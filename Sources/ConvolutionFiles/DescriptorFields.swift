import Convolution

/// The keys and numbers of a layer descriptor as they stand there; nil and zero say nothing, as in benchdnn.
struct DescriptorFields {
  let text: String
  let name: String?
  private let numbers: [Substring: Int]

  private static let keys =
    ["g", "mb", "ic", "oc"] + "iokspd".flatMap { field in "dhw".map { "\(field)\($0)" } }

  init(_ descriptor: String) throws(ConvolutionError) {
    var rest = descriptor.drop(while: \.isWhitespace)
    while rest.last?.isWhitespace == true { rest.removeLast() }
    text = String(rest)
    var name: String?
    var numbers: [Substring: Int] = [:]
    while let first = rest.first {
      if first == "_" {
        rest.removeFirst()
      } else if first == "n" {
        name = rest.dropFirst().filter { $0 != "\"" }
        break
      } else {
        let key = rest.prefix { !$0.isASCII || !($0.isNumber || $0 == "_") }
        guard Self.keys.contains(String(key)) else {
          throw ConvolutionError(
            .invalidValue, argument: "descriptor",
            received: "\"\(text)\" with the unknown key \"\(key)\"",
            expected: "keys \(Self.keys.joined(separator: " ")) with a number each")
        }
        rest = rest[key.endIndex...]
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty else {
          throw ConvolutionError(
            .invalidValue, argument: "descriptor",
            received: "\"\(text)\" with no number after \"\(key)\"",
            expected: "\(key) and a number, like \(key)1")
        }
        guard let number = Int(digits) else {
          throw ConvolutionError(
            .integerOverflow, argument: "descriptor", received: "\(key)\(digits)",
            expected: "a number that fits into 64 bits")
        }
        numbers[key] = number
        rest = rest[digits.endIndex...]
      }
    }
    self.name = name
    self.numbers = numbers
  }

  subscript(key: String) -> Int? { numbers[key[...]] }

  /// The number of `key` unless it is not given.
  func positive(_ key: String) throws(ConvolutionError) -> Int? {
    guard self[key] != 0 else {
      throw ConvolutionError(
        .nonPositiveSize, argument: "descriptor", received: "\(key)0", expected: "at least \(key)1")
    }
    return self[key]
  }

  /// The number of `key`, which must be given.
  func required(_ key: String, _ meaning: String) throws(ConvolutionError) -> Int {
    guard let number = try positive(key) else { throw missing(key, meaning) }
    return number
  }

  /// The axes of space, outermost first, nothing missing.
  func axes() throws(ConvolutionError) -> [DescriptorAxis] {
    let depth = try AxisFields(self, "d")
    let height = try AxisFields(self, "h")
    let width = try AxisFields(self, "w")
    let axes: [(Character, AxisFields)]
    if depth.isGiven {
      let heightOrDepth = height.isGiven || width.isGiven ? height : depth
      axes = [
        ("d", depth.completed(from: heightOrDepth)), ("h", heightOrDepth),
        ("w", width.completed(from: heightOrDepth)),
      ]
    } else if height.isGiven {
      axes = [("h", height), ("w", width.completed(from: height))]
    } else {
      axes = [("w", width)]
    }
    var resolved: [DescriptorAxis] = []
    for (letter, axis) in axes {
      guard let input = axis.input else { throw missing("i\(letter)", "the input's extent") }
      guard let kernel = axis.kernel else { throw missing("k\(letter)", "the kernel's extent") }
      resolved.append(try axis.resolved(input: input, kernel: kernel))
    }
    return resolved
  }

  private func missing(_ key: String, _ meaning: String) -> ConvolutionError {
    ConvolutionError(
      .invalidValue, argument: "descriptor", received: "\"\(text)\" without \(key)",
      expected: "\(key), \(meaning)")
  }
}

/// One axis of a descriptor, nothing missing. Dilation is counted from 1.
struct DescriptorAxis {
  let input, output, kernel, stride, dilation: Int
  let padding: PaddingAmount
}

/// What a descriptor says of one axis; nil where it says nothing. Dilation is counted from 0.
private struct AxisFields {
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

  func resolved(input: Int, kernel: Int) throws(ConvolutionError) -> DescriptorAxis {
    func sum(_ a: Int, _ b: Int) throws(ConvolutionError) -> Int {
      try Checked.add(a, b, argument: "descriptor")
    }
    let stride = stride ?? 1
    let dilation = try sum(dilation ?? 0, 1)
    let span = try kernelSpan(kernel: kernel, dilation: dilation)

    /// The padding of both sides together that gives `output`.
    func total(_ output: Int) throws(ConvolutionError) -> Int {
      try sum(try Checked.multiply(output - 1, stride, argument: "descriptor"), span - input)
    }
    let before: Int
    let output: Int
    if let given = self.output {
      output = given
      if let padding { before = padding } else { before = try total(output) / 2 }
    } else {
      before = padding ?? 0
      let padded = try sum(input, try Checked.multiply(2, before, argument: "descriptor"))
      guard span <= padded else {
        throw ConvolutionError(
          .kernelLargerThanInput, argument: "descriptor", received: "a kernel that spans \(span)",
          expected: "at most the padded input's \(padded) (\(input) and \(before) on either side)")
      }
      output = (padded - span) / stride + 1
    }
    return DescriptorAxis(
      input: input, output: output, kernel: kernel, stride: stride, dilation: dilation,
      padding: PaddingAmount(before: before, after: try sum(total(output), -before)))
  }
}
