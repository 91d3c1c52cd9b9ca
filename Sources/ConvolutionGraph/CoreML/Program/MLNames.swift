/// Names that Core ML takes: letters, digits and underscores, no digit first, each once.
struct MLNames {
  private var taken: Set<String> = []

  /// The closest name to one of a file that nothing else has.
  mutating func unique(_ name: String) -> String {
    var word = String(
      name.map { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) ? $0 : "_" })
    if word.first?.isNumber ?? true { word = "_\(word)" }
    var (candidate, number) = (word, 0)
    while !taken.insert(candidate).inserted {
      number += 1
      candidate = "\(word)_\(number)"
    }
    return candidate
  }
}
