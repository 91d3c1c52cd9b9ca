/// A line of ``MeasuredTimes``: a layer and what each way to compute it took.
struct MeasuredTimesLine {
  let layer: MeasuredLayer
  let ways: [MeasuredTimes.Way]

  init(layer: MeasuredLayer, ways: [MeasuredTimes.Way]) {
    self.layer = layer
    self.ways = ways
  }

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
        "a descriptor, a layout, an instruction set and times, like direct=1330.0us")
    }
    let descriptor: LayerDescriptor
    do {
      descriptor = try LayerDescriptor(words[0])
    } catch let cause {
      throw error(cause.received, cause.expected)
    }
    guard let layout = MeasuredLayer.layouts.first(where: { $0.key == words[1] })?.value else {
      throw error(
        "\"\(words[1])\" as the layout", MeasuredLayer.layouts.map(\.key).joined(separator: " or "))
    }
    guard let instructionSet = InstructionSet(rawValue: words[2]) else {
      throw error(
        "\"\(words[2])\" as the instruction set",
        "one of " + InstructionSet.allCases.map(\.rawValue).joined(separator: ", "))
    }
    layer = MeasuredLayer(descriptor, layout: layout, instructionSet: instructionSet)

    let forms = [nil] + WinogradForm.all(kernel: layer.kernel)
    var ways: [MeasuredTimes.Way] = []
    for word in words[3...] {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let form = forms.first(where: { $0.word == parts[0] }) else {
        throw error("\"\(parts[0])\"", "one of " + forms.map(\.word).joined(separator: ", "))
      }
      guard parts.count == 2, parts[1].hasSuffix("us"), let time = Double(parts[1].dropLast(2)),
        time.isFinite, time >= 0
      else { throw error("\"\(word)\"", "a time, like \(form.word)=1330.0us") }
      guard !ways.contains(where: { $0.form == form }) else {
        throw error("\(form.word) twice", "one time of each way")
      }
      ways.append(MeasuredTimes.Way(form: form, nanoseconds: 1e3 * time))
    }
    self.ways = ways
  }
}

extension MeasuredTimesLine: CustomStringConvertible {
  var description: String {
    let times = ways.map { way in
      "\(way.form.word)=" + way.nanoseconds.microseconds.filter { $0 != " " }
    }
    return "\(layer) " + times.joined(separator: " ")
  }
}

extension WinogradForm? {
  /// `F(4x4,3x3)`, or `direct`.
  fileprivate var word: String {
    self?.description.filter { $0 != " " } ?? Algorithm.direct.rawValue
  }
}
