/// As text a model is a few lines; `#` begins a comment, a term that is not named takes no time:
///
///     machine AMD EPYC
///     instruction-set avx2
///     caches 32768 524288 33554432
///     team pair 3000 doubling 500 lag 0.1
///     dense_channels_last multiply_adds 0.171 tiles 9.2 level3_bytes 0.034
extension CostModel: LosslessStringConvertible {
  /// Reads the text; nil where a line is something else or one is missing.
  public init?(_ description: String) {
    var machine: String?
    var instructionSet: InstructionSet?
    var caches: Caches?
    var team: Team?
    var coefficients: [String: [Double]] = [:]
    for line in description.split(whereSeparator: \.isNewline) {
      let words = line.prefix { $0 != "#" }.split(separator: " ").map(String.init)
      guard let key = words.first else { continue }
      let values = words.dropFirst()
      switch key {
      case "machine": machine = values.joined(separator: " ")
      case "instruction-set": instructionSet = values.first.flatMap { InstructionSet($0) }
      case "caches":
        let sizes = values.compactMap { Int($0) }
        guard sizes.count == 3 else { return nil }
        caches = Caches(level1: sizes[0], level2: sizes[1], level3: sizes[2])
      case "team":
        guard let parts = Self.named(values, ["pair", "doubling", "lag"]) else { return nil }
        team = Team(pair: parts[0], doubling: parts[1], lag: parts[2])
      default:
        guard let row = Self.named(values, Self.terms), coefficients[key] == nil else { return nil }
        coefficients[key] = row
      }
    }
    guard let machine, let instructionSet, let caches, let team else { return nil }
    self.init(
      machine: machine, instructionSet: instructionSet, caches: caches, coefficients: coefficients,
      team: team)
  }

  public var description: String {
    func named(_ values: [Double], _ names: [String]) -> String {
      zip(names, values).filter { $1 != 0 }.map { "\($0) \(shortened($1))" }.joined(separator: " ")
    }
    let head = [
      "machine \(machine)", "instruction-set \(instructionSet)",
      "caches \(caches.level1) \(caches.level2) \(caches.level3)",
      "team pair \(team.pair) doubling \(team.doubling) lag \(team.lag)",
    ]
    let rows = coefficients.sorted { $0.key < $1.key }.map { "\($0) \(named($1, Self.terms))" }
    return (head + rows).map { $0 + "\n" }.joined()
  }

  /// Pairs of a name and a number, in the order of `names`; nil for another name or something that is no number.
  private static func named(_ words: ArraySlice<String>, _ names: [String]) -> [Double]? {
    var values = Array(repeating: 0.0, count: names.count)
    guard words.count.isMultiple(of: 2) else { return nil }
    for index in stride(from: words.startIndex, to: words.endIndex, by: 2) {
      guard let place = names.firstIndex(of: words[index]), let value = Double(words[index + 1]),
        value >= 0, value.isFinite
      else { return nil }
      values[place] = value
    }
    return values
  }
}

/// Four significant digits.
private func shortened(_ value: Double) -> Double {
  guard value > 0 else { return 0 }
  var scale = 1.0
  while value * scale < 1000 { scale *= 10 }
  return (value * scale).rounded() / scale
}
