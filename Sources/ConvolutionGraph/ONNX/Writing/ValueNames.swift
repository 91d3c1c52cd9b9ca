/// The names of values in a file, each of which is one value's.
struct ValueNames {
  private var names: [Graph.ValueID: String] = [:]
  private var taken: Set<String> = []
  /// How often a name has been asked for.
  private var counts: [String: Int] = [:]

  subscript(value: Graph.ValueID) -> String? { names[value] }

  mutating func reserve(_ name: String) { taken.insert(name) }

  /// Gives a value a name; where the name, or the value, is taken already, nothing is done.
  mutating func set(_ name: String, of value: Graph.ValueID, isReserved: Bool = false) {
    guard names[value] == nil, !names.values.contains(name) else { return }
    guard taken.insert(name).inserted || isReserved else { return }
    names[value] = name
  }

  /// The value's name: the preferred one, with a number behind it where that is taken.
  mutating func name(of value: Graph.ValueID, preferring name: String) -> String {
    if let known = names[value] { return known }
    let unique = unique(name)
    names[value] = unique
    return unique
  }

  /// A name that nothing has.
  mutating func unique(_ name: String) -> String {
    let base = name.isEmpty ? "value" : name
    var candidate = base
    while !taken.insert(candidate).inserted {
      counts[base, default: 0] += 1
      candidate = "\(base).\(counts[base]!)"
    }
    return candidate
  }
}
