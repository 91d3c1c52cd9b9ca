extension NetworkBuilder {
  /// A number, a word or a list of them that says how a node computes.
  ///
  /// Literals are attributes: `3` an integer, `0.1` a float, `"linear"` a word, `[1, 1]` integers, `[0.5, 0.5]` floats.
  public struct Attribute: Sendable {
    let value: NodeReader.Attribute

    public static func tensor(_ tensor: NetworkTensor) -> Attribute {
      Attribute(value: .tensor(tensor))
    }

    public static func integer(_ value: Int) -> Attribute { Attribute(value: .integer(value)) }
    public static func float(_ value: Float) -> Attribute { Attribute(value: .float(value)) }
    public static func string(_ value: String) -> Attribute { Attribute(value: .string(value)) }

    public static func integers(_ values: [Int]) -> Attribute {
      Attribute(value: .integers(values))
    }

    public static func floats(_ values: [Float]) -> Attribute {
      Attribute(value: .floats(values))
    }

    public static func strings(_ values: [String]) -> Attribute {
      Attribute(value: .strings(values))
    }
  }
}

extension NetworkBuilder.Attribute: ExpressibleByIntegerLiteral {
  public init(integerLiteral value: Int) { self = .integer(value) }
}

extension NetworkBuilder.Attribute: ExpressibleByFloatLiteral {
  public init(floatLiteral value: Float) { self = .float(value) }
}

extension NetworkBuilder.Attribute: ExpressibleByStringLiteral {
  public init(stringLiteral value: String) { self = .string(value) }
}

extension NetworkBuilder.Attribute: ExpressibleByArrayLiteral {
  /// Of the kind of its elements; integers among floats are floats; an empty list is one of integers.
  public init(arrayLiteral elements: NetworkBuilder.Attribute...) {
    var integers: [Int] = []
    var floats: [Float] = []
    var strings: [String] = []
    for element in elements {
      switch element.value {
      case .integer(let value):
        integers.append(value)
        floats.append(Float(value))
      case .float(let value): floats.append(value)
      case .string(let value): strings.append(value)
      default: break
      }
    }
    let lists: [(count: Int, value: NodeReader.Attribute)] = [
      (integers.count, .integers(integers)), (floats.count, .floats(floats)),
      (strings.count, .strings(strings)),
    ]
    // A list of anything else, or of several kinds, is one that no operator has.
    value = lists.first { $0.count == elements.count }?.value ?? .other
  }
}
