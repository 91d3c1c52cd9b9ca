import ArgumentParser

/// How words and lists of the command line are read.
package enum Words {
  /// The value that one of `words` stands for.
  static func value<Value: LosslessStringConvertible>(
    _ word: String, of words: [String]
  ) throws -> Value {
    guard let value = Value(word) else {
      throw ValidationError("expected one of " + words.joined(separator: ", "))
    }
    return value
  }

  /// The case that a word stands for.
  package static func value<Value: LosslessStringConvertible & CaseIterable>(
    _ word: String
  ) throws -> Value {
    try value(word, of: Value.allCases.map(\.description))
  }

  /// Whole numbers between commas or x: `2,1` or `100x20`.
  package static func integers(_ text: String) throws -> [Int] {
    try text.split(omittingEmptySubsequences: false) { $0 == "," || $0 == "x" }.map {
      guard let number = Int($0) else {
        throw ValidationError("expected whole numbers between commas, as in 2,1")
      }
      return number
    }
  }

  /// Whole numbers, none negative.
  static func counts(_ text: String) throws -> [Int] {
    let numbers = try integers(text)
    guard numbers.allSatisfy({ $0 >= 0 }) else {
      throw ValidationError("expected numbers of at least 0")
    }
    return numbers
  }
}
