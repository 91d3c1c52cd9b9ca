/// A value of Core ML: an input, a constant, or what an operation computes.
struct MLValue: Sendable {
  var name: String
  let type: MLType
  /// Its elements, where they are always the same.
  let constant: NetworkTensor?

  init(_ name: String, _ type: MLType, constant: NetworkTensor? = nil) {
    (self.name, self.type, self.constant) = (name, type, constant)
  }

  var shape: [Int] { type.shape }
  var rank: Int { type.rank }
}

/// What an operation is given by one of its names: values, or a setting.
enum MLArgument: Sendable {
  case value(MLValue)
  case values([MLValue])
  case float(Float)
  case integer(Int)
  case bool(Bool)
  case word(String)
  case integers([Int])
  case bools([Bool])

  /// None for a setting.
  var values: [MLValue] {
    switch self {
    case .value(let value): [value]
    case .values(let values): values
    default: []
    }
  }
}

/// One of the operations that Core ML's programs are made of (MIL), in the names of its documentation.
struct MLOperation: Sendable {
  let type: String
  private(set) var arguments: [(name: String, argument: MLArgument)]
  private(set) var outputs: [MLValue]

  init(_ type: String, _ arguments: KeyValuePairs<String, MLArgument>, _ outputs: [MLValue]) {
    self.type = type
    self.arguments = arguments.map { (name: $0.key, argument: $0.value) }
    self.outputs = outputs
  }

  subscript(_ name: String) -> MLArgument? { arguments.first { $0.name == name }?.argument }

  /// The same with another name for a value.
  func renaming(_ name: String, to other: String) -> MLOperation {
    func renamed(_ value: MLValue) -> MLValue {
      guard value.name == name else { return value }
      var value = value
      value.name = other
      return value
    }
    var operation = self
    operation.outputs = outputs.map(renamed)
    for index in arguments.indices {
      switch arguments[index].argument {
      case .value(let value): operation.arguments[index].argument = .value(renamed(value))
      case .values(let values): operation.arguments[index].argument = .values(values.map(renamed))
      default: break
      }
    }
    return operation
  }
}

extension MLArgument: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByStringLiteral
{
  init(floatLiteral value: Float) { self = .float(value) }
  init(integerLiteral value: Int) { self = .integer(value) }
  init(booleanLiteral value: Bool) { self = .bool(value) }
  init(stringLiteral value: String) { self = .word(value) }
}
