/// What the ways to compute layers took where they were measured. A ``Planner`` that has them takes the fastest.
///
/// As text they are a line a layer on one image: a descriptor (``LayerDescriptor``), the layout, the instruction set,
/// and what it took to sum the products as they are and with forms of Winograd's algorithm (``WinogradForm``):
///
///     mb1_ic64ih56_oc64oh56_kh3 nhwc avx512 F(4x4,3x3)=466.1us F(2x2,3x3)=1004.2us direct=1330.0us
///
/// The descriptor's batch, name and padding do not matter, but for the output's extents that follow from the padding.
/// `#` begins a comment.
public struct MeasuredTimes: Sendable {
  /// What one way took; without a form, summing the products as they are.
  struct Way {
    let form: WinogradForm?
    let nanoseconds: Double
  }

  /// As they are in the file, comments and all.
  private var lines: [String] = []
  private var known: [MeasuredLayer: (line: Int, ways: [Way])] = [:]

  /// Of no layer.
  public init() {}

  /// Reads text.
  ///
  /// - Throws: `.unsupportedFile` with the line that is not what it should be.
  public init(_ text: String) throws(ConvolutionError) {
    try self.init(text) { "line \($0)" }
  }

  /// Reads a text file.
  ///
  /// - Throws: `.inputOutput` for a file that cannot be read, `.unsupportedFile` with the line that is not what it
  ///   should be.
  public init(file path: String) throws(ConvolutionError) {
    let file = try InputFile(path: path)
    guard let text = String(validating: try file.read(file.size), as: UTF8.self) else {
      throw ConvolutionError(
        .unsupportedFile, argument: path, received: "bytes that are not UTF-8", expected: "text")
    }
    try self.init(text) { "\(path):\($0)" }
  }

  private init(_ text: String, place: (Int) -> String) throws(ConvolutionError) {
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      lines.append(String(line))
      let number = lines.count
      guard let entry = try MeasuredTimesLine(line, place: place(number)) else { continue }
      if let first = known[entry.layer] {
        throw ConvolutionError(
          .unsupportedFile, argument: place(number),
          received: "the layer of line \(first.line + 1)",
          expected: "each layer once")
      }
      known[entry.layer] = (number - 1, entry.ways)
    }
    if lines.last == "" { lines.removeLast() }
  }

  /// Writes a text file that ``init(file:)`` reads.
  ///
  /// - Throws: `.inputOutput`; an old file is then as it was.
  public func write(toFile path: String) throws(ConvolutionError) {
    let result = Array(description.utf8).withUnsafeBytes { bytes in
      Result { () throws(ConvolutionError) in try replaceFile(atPath: path, with: [bytes]) }
    }
    try result.get()
  }

  /// Takes over what runs of a layer's plans took, in place of what was known of it; other lines stay as they are.
  ///
  /// - Parameter runs: such as those of ``Planner/alternatives(_:for:layout:)`` on one image and one thread.
  /// - Throws: `.shapeMismatch` for plans of several layers, `.nonPositiveSize` for a layer without outputs.
  public mutating func record(_ runs: [(plan: Plan, time: Duration)]) throws(ConvolutionError) {
    guard let layer = runs.first?.plan.measuredLayer else { return }
    if let other = runs.first(where: { $0.plan.measuredLayer != layer }) {
      throw ConvolutionError(
        .shapeMismatch, argument: "runs", received: "\(other.plan.measuredLayer)",
        expected: "only plans of \(layer)")
    }
    guard !(layer.input + layer.output).contains(0) else {
      throw ConvolutionError(
        .nonPositiveSize, argument: "runs", received: "a layer of input \(layer.input)",
        expected: "samples to compute")
    }
    let ways = runs.map { Way(form: $0.plan.winograd, nanoseconds: $0.time / .nanoseconds(1)) }
      .sorted { $0.nanoseconds < $1.nanoseconds }
    let line = known[layer]?.line ?? lines.count
    if line == lines.count { lines.append("") }
    lines[line] = MeasuredTimesLine(layer: layer, ways: ways).description
    known[layer] = (line, ways)
  }

  /// What candidates of a layer took, the fastest first, as far as it is known.
  func times(
    of candidates: [Candidate], for layer: LayerFacts, on instructionSet: InstructionSet
  ) -> [(candidate: Candidate, time: Double)] {
    let ways = known[MeasuredLayer(layer, on: instructionSet)]?.ways ?? []
    return ways.compactMap { way in
      candidates.first { $0.form == way.form }.map { ($0, way.nanoseconds) }
    }.sorted { $0.1 < $1.1 }
  }
}

extension MeasuredTimes: CustomStringConvertible {
  /// The text.
  public var description: String { lines.map { $0 + "\n" }.joined() }
}
