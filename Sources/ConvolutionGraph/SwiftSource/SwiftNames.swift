/// The names of a file of Swift for things that have names of any kind elsewhere.
struct SwiftNames {
  private var taken: Set<String>

  /// - Parameter taken: names that stand for something already.
  init(taken: Set<String> = []) { self.taken = taken }

  /// A name of a variable that nothing else has: `/conv1/Relu_output` becomes `conv1ReluOutput`.
  mutating func variable(for name: String) -> String {
    let words = Self.words(of: name)
    let first = words.first.map { $0.prefix(1).lowercased() + $0.dropFirst() } ?? ""
    return unique(Self.startingWithLetter(first + Self.capitalised(words.dropFirst()), "value"))
  }

  /// The name of a type: `waifu2x-photo` becomes `Waifu2xPhoto`.
  static func type(for name: String) -> String {
    startingWithLetter(capitalised(words(of: name)[...]), "Network")
  }

  private mutating func unique(_ name: String) -> String {
    var candidate = name
    var count = 1
    while Self.keywords.contains(candidate) || !taken.insert(candidate).inserted {
      count += 1
      candidate = "\(name)\(count)"
    }
    return candidate
  }

  /// The parts of letters and digits.
  private static func words(of name: String) -> [String] {
    name.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.map(String.init)
  }

  private static func capitalised(_ words: ArraySlice<String>) -> String {
    words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  private static func startingWithLetter(_ name: String, _ word: String) -> String {
    name.first?.isLetter == true ? name : word + name
  }

  private static let keywords: Set<String> = [
    "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer",
    "deinit", "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for",
    "func", "guard", "if", "import", "in", "init", "inout", "internal", "is", "let", "nil",
    "operator", "precedencegroup", "private", "protocol", "public", "repeat", "rethrows",
    "return", "self", "static", "struct", "subscript", "super", "switch", "throw", "throws",
    "true", "try", "typealias", "var", "where", "while",
  ]
}
