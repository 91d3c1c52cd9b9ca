/// A value of JSON, as Python writes it: `NaN` and `Infinity` are numbers.
enum JSON: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([String: JSON])

  /// A value of an object; nil for other values, and where there is none.
  subscript(_ key: String) -> JSON? {
    if case .object(let values) = self { values[key] } else { nil }
  }

  var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  var string: String? { if case .string(let value) = self { value } else { nil } }
  var array: [JSON]? { if case .array(let values) = self { values } else { nil } }
  var object: [String: JSON]? { if case .object(let values) = self { values } else { nil } }
  var number: Double? { if case .number(let value) = self { value } else { nil } }
  /// nil also for numbers that are no integer.
  var integer: Int? { number.flatMap { Int(exactly: $0) } }

  var isNull: Bool { self == .null }
}

extension JSON: CustomStringConvertible {
  /// On one line, and of what is long its beginning.
  var description: String {
    let whole =
      switch self {
      case .null: "null"
      case .bool(let value): "\(value)"
      case .number(let value): integer.map { "\($0)" } ?? "\(value)"
      case .string(let value): "\"\(value)\""
      case .array(let values): "[\(values.prefix(9).map(\.description).joined(separator: ", "))]"
      case .object(let values): values["class_name"]?.string ?? "an object"
      }
    return whole.count > 80 ? whole.prefix(77) + "..." : whole
  }
}
