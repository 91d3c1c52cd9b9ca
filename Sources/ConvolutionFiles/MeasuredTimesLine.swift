import Convolution

/// A line of measured times as text: a layer and what each way to compute it took.
struct MeasuredTimesLine {
  let layer: MeasuredLayer
  let ways: MeasuredTimes.Ways

  /// Microseconds; of longer times the text would not have all digits.
  private static let longestTime = 1e12

  /// Reads a line; nil where there is nothing but a comment.
  ///
  /// - Parameter place: what an error calls the line.
  init?(_ line: Substring, place: String) throws(ConvolutionError) {
    func error(_ received: String, _ expected: String) -> ConvolutionError {
      ConvolutionError(.unsupportedFile, argument: place, received: received, expected: expected)
    }
    let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)
    guard !words.isEmpty else { return nil }
    guard words.count > 3 else {
      throw error(
        words.count == 1 ? "1 word" : "\(words.count) words",
        "a descriptor, a layout, an instruction set and times, like general=1330.0us")
    }
    let descriptor: LayerDescriptor
    do {
      descriptor = try LayerDescriptor(words[0])
    } catch let cause {
      throw error(cause.received, cause.expected)
    }
    guard let layout = Layout(words[1]) else {
      throw error(
        "\"\(words[1])\" as the layout",
        Layout.allCases.map(\.description).joined(separator: " or "))
    }
    guard let instructionSet = InstructionSet(words[2]) else {
      throw error(
        "\"\(words[2])\" as the instruction set",
        "one of " + InstructionSet.allCases.map(\.description).joined(separator: ", "))
    }
    layer = descriptor.measuredLayer(layout: layout, instructionSet: instructionSet)

    var ways: MeasuredTimes.Ways = [:]
    for word in words[3...] {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let way = String(parts[0])
      guard Self.isFamily(way) || Self.isForm(way, kernel: descriptor.kernel) else {
        let kernel = descriptor.kernel
        let example = "F(\(kernel.map { _ in 2 }.joinedByX),\(kernel.joinedByX))"
        throw error("\"\(way)\"", "a kernel family or a form of its kernel, like \(example)")
      }
      guard parts.count == 2, parts[1].hasSuffix("us"), let time = Double(parts[1].dropLast(2)),
        (0...Self.longestTime).contains(time)
      else { throw error("\"\(word)\"", "a time, like \(way)=1330.0us, of 11 days at most") }
      guard ways.updateValue(1e3 * time, forKey: way) == nil else {
        throw error("\(way) twice", "one time of each way")
      }
    }
    self.ways = ways
  }

  /// The line of a layer; nil for one that has no text, or of which no time is one that is read.
  static func text(_ layer: MeasuredLayer, _ ways: MeasuredTimes.Ways) -> String? {
    let readable = ways.filter { (0...1e3 * longestTime).contains($0.value) }
    guard !readable.isEmpty else { return nil }
    return layer.text.map { layer in
      let fastestFirst = readable.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
      return layer
        + fastestFirst.map { " \($0)=" + $1.microseconds.filter { $0 != " " } }.joined()
    }
  }

  /// Whether `way` may be the name of a kernel family, of this version or another one.
  private static func isFamily(_ way: String) -> Bool {
    !way.isEmpty && way.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
  }

  /// Whether `way` is a form of Winograd's algorithm for `kernel`: `F(4x4,3x3)`.
  private static func isForm(_ way: String, kernel: [Int]) -> Bool {
    let tail = ",\(kernel.joinedByX))"
    guard way.hasPrefix("F("), way.hasSuffix(tail), way.count >= 2 + tail.count else {
      return false
    }
    let tile = way.dropFirst(2).dropLast(tail.count)
      .split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    return tile.count == kernel.count && tile.allSatisfy { $0 ?? 0 > 0 }
  }
}
