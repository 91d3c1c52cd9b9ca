import Convolution

/// As text measured times are a line a layer on one image: a descriptor (``LayerDescriptor``), the layout, the instruction
/// set, and what it took with kernel families and with forms of Winograd's algorithm (``WinogradForm``):
///
///     mb1_ic64ih56_oc64oh56_kh3 nhwc avx512 F(4x4,3x3)=466.1us dense_channels_last=1330.0us
///
/// The descriptor's batch, name and padding do not matter, but for the output's extents that follow from the padding.
/// `#` begins a comment.
extension MeasuredTimes {
  /// Reads text.
  ///
  /// - Throws: `.unsupportedFile` with the line that is not what it should be.
  public convenience init(_ text: String) throws(ConvolutionError) {
    self.init(try Lines(text) { "line \($0)" })
  }

  /// Reads a text file.
  ///
  /// - Throws: `.inputOutput` for a file that cannot be read, `.unsupportedFile` with the line that is not what it
  ///   should be.
  public convenience init(file path: String) throws(ConvolutionError) {
    self.init(try Lines(file: path))
  }

  private convenience init(_ lines: Lines) {
    self.init()
    for (layer, known) in lines.known { record(known.ways, of: layer) }
  }

  /// The text, without times of more than 11 days.
  public var text: String { Lines().updated(with: self) }

  /// Writes what is known into a text file that ``init(file:)`` reads. Comments of a file that is there, and its lines of
  /// layers that are not known or took the same, stay as they are.
  ///
  /// - Parameter comment: what a file that was not there begins with.
  /// - Throws: `.inputOutput`, or `.unsupportedFile` where something else is there; an old file is then as it was.
  public func write(toFile path: String, comment: String? = nil) throws(ConvolutionError) {
    let lines = fileExists(atPath: path) ? try Lines(file: path) : Lines(comment: comment)
    try replaceFile(atPath: path, with: lines.updated(with: self))
  }
}

extension MeasuredTimes {
  /// The lines of a text, and which of them are of layers.
  private struct Lines {
    private var lines: [String]
    private(set) var known: [MeasuredLayer: (line: Int, ways: Ways)] = [:]

    init(comment: String? = nil) { lines = comment.map { ["# \($0)"] } ?? [] }

    /// - Parameter place: what an error calls a line, counted from 1.
    init(_ text: String, place: (Int) -> String) throws(ConvolutionError) {
      lines = []
      for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
        lines.append(String(line))
        let number = lines.count
        guard let entry = try MeasuredTimesLine(line, place: place(number)) else { continue }
        if let first = known[entry.layer] {
          throw ConvolutionError(
            .unsupportedFile, argument: place(number),
            received: "the layer of line \(first.line + 1)", expected: "each layer once")
        }
        known[entry.layer] = (number - 1, entry.ways)
      }
      if lines.last == "" { lines.removeLast() }
    }

    init(file path: String) throws(ConvolutionError) {
      try self.init(textOfFile(atPath: path)) { "\(path):\($0)" }
    }

    /// The text with the lines of `times` in place of those of the same layers, new ones at its end.
    func updated(with times: MeasuredTimes) -> String {
      var lines = lines
      var added: [String] = []
      for (layer, ways) in times.all where known[layer]?.ways != ways {
        guard let text = MeasuredTimesLine.text(layer, ways) else { continue }
        if let line = known[layer]?.line { lines[line] = text } else { added.append(text) }
      }
      return (lines + added.sorted()).map { $0 + "\n" }.joined()
    }
  }
}
