/// A network in ONNX's operators, while it becomes Swift that says it to a ``NetworkBuilder``.
struct SwiftSourceWriter {
  private static let widestLine = 99

  private(set) var text: String
  private var names = SwiftNames(taken: ["builder", "weights", "Network", "NetworkBuilder"])
  /// What stands for a value: a variable, or how a constant is made.
  private var expressions: [String: String] = ["": "nil"]

  /// - Parameters:
  ///   - type: the name of the type that makes the network.
  ///   - weightsFile: what its documentation calls the file of weights.
  init(_ content: ONNXContent, type: String, weightsFile: String) {
    text = """
      import ConvolutionFiles
      import ConvolutionGraph

      /// A network, as `convolve convert` wrote it.
      ///
      /// Takes \(Self.list(content.inputs)); gives \(Self.list(content.outputs)).
      enum \(type) {
        /// Makes the network.
        ///
        /// - Parameter weights: the file that belongs to this one, `\(weightsFile)`.
        static func network(weights: TensorFile) throws(NetworkError) -> Network {
          var builder = NetworkBuilder(opset: \(content.opset), weights: weights)

      """
    for (name, tensor) in content.constants { expressions[name] = Self.constant(name, tensor) }
    for input in content.inputs { write(input) }
    let used = Set(content.nodes.flatMap(\.input) + content.outputs.map(\.name))
    let paddings = Dictionary(content.paddings.map { ($0.node, $0) }) { first, _ in first }
    for node in content.nodes { write(node, paddings[node.name], used) }
    for output in content.outputs {
      line("builder.output(\(Self.quoted(output.name)), \(expression(output.name)))")
    }
    text += """
          return try Network(builder)
        }
      }

      """
  }

  // MARK: Parts of the network

  private mutating func write(_ input: ONNXValueInfo) {
    let (element, shape) = Self.type(of: input)
    let variable = names.variable(for: input.name)
    expressions[input.name] = variable
    var arguments = [Words(Self.quoted(input.name))]
    if element != .float32 { arguments.append(Words(".\(element)")) }
    arguments.append(Words("shape: ", list: shape.map { $0.map(String.init) ?? "nil" }))
    line("let \(variable) = ", "builder.input", arguments)
  }

  private mutating func write(_ node: ONNXNode, _ padding: WrittenPadding?, _ used: Set<String>) {
    if let padding { line(comment(padding)) }
    var arguments = [
      Words(Self.quoted(node.opType)), Words(list: node.input.map { expression($0) }),
    ]
    if !node.attribute.isEmpty {
      arguments.append(
        Words(list: node.attribute.map { "\(Self.quoted($0.name)): \(Self.value(of: $0))" }))
    }
    if node.output.count != 1 { arguments.append(Words("outputs: \(node.output.count)")) }
    let name = node.output[0].isEmpty ? node.name : node.output[0]
    arguments.append(Words("name: \(Self.quoted(name))"))
    let variables = node.output.map { used.contains($0) ? names.variable(for: $0) : nil }
    if node.output.count == 1 {
      line("let \(variables[0] ?? "_") = ", "builder.add", arguments)
    } else {
      let all = names.variable(for: "\(node.output[0]) outputs")
      line("let \(all) = ", "builder.add", arguments)
      for case (let index, let variable?) in zip(variables.indices, variables) {
        line("let \(variable) = \(all)[\(index)]")
      }
    }
    for case (let name, let variable?) in zip(node.output, variables) {
      expressions[name] = variable
    }
  }

  private func comment(_ padding: WrittenPadding) -> String {
    let amounts = padding.amounts.map { amounts in
      amounts.map { "\($0.before) before, \($0.after) after" }.joined(separator: "; ")
    }
    let sides = amounts ?? "by the input's extents"
    return "// \(padding.meaning): \(padding.isTransposed ? "leaves out " : "")\(sides)"
  }

  private func expression(_ value: String) -> String { expressions[value]! }
}

// MARK: - Lines

extension SwiftSourceWriter {
  /// An argument of a call.
  private struct Words {
    let label: String
    /// Of a list.
    let elements: [String]?

    init(_ words: String) { (label, elements) = (words, nil) }
    init(_ label: String = "", list elements: [String]) {
      (self.label, self.elements) = (label, elements)
    }

    var oneLine: String { label + (elements.map { SwiftSourceWriter.list($0) } ?? "") }
  }

  /// Elements of a list in as few lines as they take; with names, each has a line.
  private static func filled(_ elements: [String]) -> [String] {
    var lines: [String] = []
    for element in elements.map({ "\($0)," }) {
      if let last = lines.last, !element.hasPrefix("\""),
        8 + last.count + 1 + element.count <= widestLine
      {
        lines[lines.count - 1] = "\(last) \(element)"
      } else {
        lines.append(element)
      }
    }
    return lines
  }

  private mutating func line(_ words: String) { text += "    \(words)\n" }

  /// A call; where it is too long for a line, an argument a line, and lists that are too long then in lines of their own.
  private mutating func line(_ start: String, _ function: String, _ arguments: [Words]) {
    let words = arguments.map(\.oneLine)
    let short = "\(start)\(function)(\(words.joined(separator: ", ")))"
    if 4 + short.count <= Self.widestLine { return line(short) }
    line("\(start)\(function)(")
    for (index, argument) in arguments.enumerated() {
      let end = index == arguments.count - 1 ? ")" : ","
      if let elements = argument.elements, 6 + words[index].count + 1 > Self.widestLine {
        line("  \(argument.label)[")
        for line in Self.filled(elements) { self.line("    \(line)") }
        line("  ]\(end)")
      } else {
        line("  \(words[index])\(end)")
      }
    }
  }

  fileprivate static func list(_ words: [String]) -> String { "[\(words.joined(separator: ", "))]" }

  /// A literal.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\u{0}"..<" ", "\u{7f}": result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

// MARK: - Values

extension SwiftSourceWriter {
  /// Whether a constant is a number or says how something is computed, and does not stand among the weights.
  static func standsInSource(_ tensor: NetworkTensor) -> Bool {
    tensor.count <= (tensor.element == .float32 ? 4 : 16)
  }

  /// How a constant is made.
  private static func constant(_ name: String, _ tensor: NetworkTensor) -> String {
    guard standsInSource(tensor) else { return "builder.weight(\(quoted(name)))" }
    let made = tensor.withUnsafeBytes { Self.tensor($0, tensor.element, tensor.shape) }
    return "builder.constant(\(made))"
  }

  private static func tensor(
    _ bytes: UnsafeRawBufferPointer, _ element: ElementType, _ shape: [Int]
  ) -> String {
    func words<Element>(_ type: Element.Type, _ word: (Element) -> String) -> [String] {
      let size = MemoryLayout<Element>.size
      return (0..<bytes.count / size).map {
        word(bytes.loadUnaligned(fromByteOffset: $0 * size, as: Element.self))
      }
    }
    let (elements, type) =
      switch element {
      case .float32: (words(Float.self, number), "Float")
      case .int64: (words(Int64.self, \.description), "Int64")
      case .int32: (words(Int32.self, \.description), "Int32")
      case .uint8: (words(UInt8.self, \.description), "UInt8")
      case .bool: (words(UInt8.self) { $0 == 0 ? "false" : "true" }, "Bool")
      }
    let extents = list(shape.map(String.init))
    return "try NetworkTensor(\(list(elements)) as [\(type)], shape: \(extents))"
  }

  /// An attribute, as a literal where that is the same.
  private static func value(of attribute: ONNXAttribute) -> String {
    func text(_ bytes: some Sequence<UInt8>) -> String {
      quoted(String(decoding: Array(bytes), as: UTF8.self))
    }
    switch attribute.type {
    case 1: return attribute.f.isFinite ? number(attribute.f) : ".float(\(number(attribute.f)))"
    case 2: return "\(attribute.i)"
    case 3: return text(attribute.s)
    case 4:
      let made = Array(attribute.t.rawData).withUnsafeBytes {
        tensor($0, ElementType(onnx: Int(attribute.t.dataType))!, attribute.t.dims.map { Int($0) })
      }
      return ".tensor(\(made))"
    case 6: return ".floats(\(list(attribute.floats.map { number($0) })))"
    case 7: return list(attribute.ints.map(\.description))
    default: return ".strings(\(list(attribute.strings.map { text($0) })))"
    }
  }

  private static func number(_ value: Float) -> String {
    if value.isNaN { return ".nan" }
    if value.isInfinite { return value < 0 ? "-.infinity" : ".infinity" }
    return value.description
  }

  private static func type(of value: ONNXValueInfo) -> (element: ElementType, shape: [Int?]) {
    let type = value.type.tensorType
    let shape = type.shape.dim.map { dimension -> Int? in
      if case .dimValue(let extent)? = dimension.value { Int(extent) } else { nil }
    }
    return (ElementType(onnx: Int(type.elemType))!, shape)
  }

  /// `` `x`, float32 of 1x3x?x? ``
  private static func list(_ values: [ONNXValueInfo]) -> String {
    values.map { value in
      let (element, shape) = type(of: value)
      let extents = shape.map { $0.map(String.init) ?? "?" }.joined(separator: "x")
      return "`\(value.name)`, \(element)" + (extents.isEmpty ? "" : " of \(extents)")
    }.joined(separator: "; ")
  }
}
