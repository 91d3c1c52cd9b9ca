import Convolution

/// Reads pickles that describe tensors in containers. Nothing is ever looked up or called: names that are not PyTorch's own
/// for tensors are an error that tells the name, and those that are build values here.
struct PickleReader {
  var stack: PickleStack
  var storages: [TorchStorage] = []
  var tensors: [TorchTensor] = []
  private var reader: ByteReader

  init(_ bytes: FileBytes) {
    reader = ByteReader(bytes)
    stack = PickleStack(bytes)
  }

  var bytes: FileBytes { reader.bytes }
  /// Behind the last pickle that was read.
  var position: Int { reader.position }

  /// The value of the next pickle.
  ///
  /// - Throws: `.unsupportedFile`.
  mutating func next() throws(ConvolutionError) -> PickleValue {
    stack.clear()
    while true {
      let number = try reader.byte()
      guard let opcode = PickleOpcode(rawValue: number) else {
        throw bytes.malformed(
          "the instruction \(number) at \(reader.position - 1)", expected: "one of a pickle")
      }
      if opcode == .stop { return try stack.pop() }
      try perform(opcode)
    }
  }

  private mutating func perform(_ opcode: PickleOpcode) throws(ConvolutionError) {
    switch opcode {
    case .stop: break
    case .protocolNumber:
      let number = try reader.byte()
      guard number <= 5 else {
        throw bytes.malformed("a pickle of protocol \(number)", expected: "0 to 5")
      }
    case .frame: try reader.skip(8)

    case .mark: try stack.mark()
    case .pop:
      // Above a mark there may be nothing: then the mark goes.
      if (try? stack.top()) == nil { _ = try stack.popToMark() } else { _ = try stack.pop() }
    case .popMark: _ = try stack.popToMark()
    case .duplicate: try stack.push(stack.top())

    case .none: try stack.push(.none)
    case .yes: try stack.push(.bool(true))
    case .no: try stack.push(.bool(false))
    case .integer1: try stack.push(.integer(Int(reader.byte())))
    case .integer2: try stack.push(.integer(Int(reader.integer(UInt16.self))))
    case .integer4: try stack.push(.integer(Int(reader.integer(Int32.self))))
    case .long1: try pushLong(Int(reader.byte()))
    case .long4: try pushLong(Int(reader.integer(UInt32.self)))
    case .integerLine, .longLine: try pushIntegerLine()
    case .float:
      try stack.push(.float(Double(bitPattern: UInt64(bigEndian: reader.integer()))))
    case .floatLine: try stack.push(.float(Double(line()) ?? .nan))

    case .text1: try pushText(Int(reader.byte()))
    case .text4: try pushText(Int(reader.integer(UInt32.self)))
    case .text8: try pushText(reader.size(8))
    case .textLine: try stack.push(.text(line()))
    case .string1: try pushString(Int(reader.byte()))
    case .string4: try pushString(Int(reader.integer(UInt32.self)))
    case .stringLine: try pushStringLine()
    case .bytes1: try pushOpaque(Int(reader.byte()))
    case .bytes4: try pushOpaque(Int(reader.integer(UInt32.self)))
    case .bytes8, .byteArray8: try pushOpaque(reader.size(8))

    case .emptyTuple: try stack.push(.tuple(stack.container()))
    case .tuple1: try stack.push(.tuple(stack.container(stack.pop(1))))
    case .tuple2: try stack.push(.tuple(stack.container(stack.pop(2))))
    case .tuple3: try stack.push(.tuple(stack.container(stack.pop(3))))
    case .tuple: try stack.push(.tuple(stack.container(stack.popToMark())))
    case .emptyList: try stack.push(.list(stack.container()))
    case .list: try stack.push(.list(stack.container(stack.popToMark())))
    case .emptyDictionary: try stack.push(.dictionary(stack.container()))
    case .dictionary:
      try stack.push(.dictionary(stack.container()))
      let items = try stackItemsBelowTop()
      try set(items)
    case .emptySet: try stack.push(.opaque)
    case .frozenSet:
      _ = try stack.popToMark()
      try stack.push(.opaque)

    case .append: try append([stack.pop()])
    case .appends: try append(stack.popToMark())
    case .addItems:
      _ = try stack.popToMark()
      _ = try stack.top()
    case .setItem: try set(stack.pop(2))
    case .setItems: try set(stack.popToMark())

    case .memoize: try stack.memoize()
    case .put1: try stack.memoize(at: Int(reader.byte()))
    case .put4: try stack.memoize(at: Int(reader.integer(UInt32.self)))
    case .putLine: try stack.memoize(at: numberLine())
    case .get1: try stack.push(stack.remembered(Int(reader.byte())))
    case .get4: try stack.push(stack.remembered(Int(reader.integer(UInt32.self))))
    case .getLine: try stack.push(stack.remembered(numberLine()))

    case .global:
      let module = try line()
      try pushGlobal(module: module, name: line())
    case .stackGlobal: try pushStackGlobal()
    case .instance:
      let module = try line()
      try pushGlobal(module: module, name: line())
      let global = try stack.pop()
      try call(global, stack.popToMark())
    case .object:
      let items = try stack.popToMark()
      guard let global = items.first else { throw malformed("an object of no class") }
      try call(global, Array(items.dropFirst()))
    case .reduce, .newObject:
      let arguments = try stack.pop()
      try call(stack.pop(), items(arguments))
    case .newObjectWithNames:
      _ = try stack.pop()
      let arguments = try stack.pop()
      try call(stack.pop(), items(arguments))
    case .build: try build()
    case .persistent: try pushStorage(stack.pop())

    case .persistentLine:
      throw malformed("the persistent name \"\(try line().prefix(40))\"")
    case .extension1, .extension2, .extension4:
      throw malformed("a name by number, from a registry that only its writer has")
    case .nextBuffer, .readOnlyBuffer:
      throw malformed("a buffer that is not in the file")
    }
  }

  /// What is wrong with a pickle.
  func malformed(_ received: String) -> ConvolutionError {
    bytes.malformed(received, expected: "a pickle of tensors in containers")
  }
}

// MARK: - Scalars

extension PickleReader {
  /// The bytes up to the end of a line, as text.
  private mutating func line() throws(ConvolutionError) -> String {
    let rest = try bytes.part(from: reader.position)
    guard let end = rest.withUnsafeBytes({ $0.firstIndex(of: 10) }) else {
      throw malformed("a line without an end")
    }
    let line = try reader.part(end).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    try reader.skip(1)
    return line
  }

  private mutating func numberLine() throws(ConvolutionError) -> Int {
    let line = try line()
    guard let number = Int(line), number >= 0 else {
      throw malformed("\"\(line.prefix(40))\" as a number")
    }
    return number
  }

  private mutating func pushIntegerLine() throws(ConvolutionError) {
    let line = try line()
    switch line {
    case "00": try stack.push(.bool(false))
    case "01": try stack.push(.bool(true))
    default:
      let digits = line.hasSuffix("L") ? line.dropLast() : line[...]
      // Nothing that tensors need has more than 64 bits.
      try stack.push(Int(digits).map { .integer($0) } ?? .opaque)
    }
  }

  /// An integer of `length` bytes.
  private mutating func pushLong(_ length: Int) throws(ConvolutionError) {
    let part = try reader.part(length)
    guard length <= 8 else { return try stack.push(.opaque) }
    let value = part.withUnsafeBytes { bytes in
      bytes.reversed().reduce(bytes.last ?? 0 > 127 ? -1 : 0) { $0 << 8 | Int($1) }
    }
    try stack.push(.integer(value))
  }

  private mutating func pushText(_ length: Int) throws(ConvolutionError) {
    // Python lets half of a surrogate pair through, which UTF-8 has no place for.
    try stack.push(
      .text(reader.part(length).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }))
  }

  /// A string of Python 2: a text where it is one.
  private mutating func pushString(_ length: Int) throws(ConvolutionError) {
    let part = try reader.part(length)
    try stack.push((try? part.text()).map { .text($0) } ?? .opaque)
  }

  /// A string of Python 2 between quotes.
  private mutating func pushStringLine() throws(ConvolutionError) {
    let line = try line()
    guard line.count >= 2, let quote = line.first, quote == "'" || quote == "\"",
      line.last == quote
    else { throw malformed("a string without quotes") }
    try stack.push(.text(String(line.dropFirst().dropLast())))
  }

  private mutating func pushOpaque(_ length: Int) throws(ConvolutionError) {
    try reader.skip(length)
    try stack.push(.opaque)
  }

  private mutating func pushStackGlobal() throws(ConvolutionError) {
    let names = try stack.pop(2)
    guard case .text(let module) = names[0], case .text(let name) = names[1] else {
      throw malformed("a name made of \(names[0].kind) and \(names[1].kind)")
    }
    try pushGlobal(module: module, name: name)
  }

  private mutating func pushGlobal(module: String, name: String) throws(ConvolutionError) {
    try stack.push(.global(TorchGlobal(module: module, name: name, in: bytes)))
  }
}

// MARK: - Containers

extension PickleReader {
  /// What a tuple or list holds.
  func items(_ value: PickleValue) throws(ConvolutionError) -> [PickleValue] {
    switch value {
    case .tuple(let place), .list(let place): return stack.containers[place]
    default: throw malformed("\(value.kind) for a tuple")
    }
  }

  /// For a dictionary of the oldest kind: keys and values between the mark and the new dictionary.
  private mutating func stackItemsBelowTop() throws(ConvolutionError) -> [PickleValue] {
    let dictionary = try stack.pop()
    let items = try stack.popToMark()
    try stack.push(dictionary)
    return items
  }

  private mutating func append(_ items: [PickleValue]) throws(ConvolutionError) {
    switch try stack.top() {
    case .list(let place): try stack.append(items, to: place)
    case .opaque: break
    case let value: throw malformed("\(value.kind) that is appended to")
    }
  }

  /// Keys and values in turn.
  private mutating func set(_ items: [PickleValue]) throws(ConvolutionError) {
    guard items.count % 2 == 0 else { throw malformed("a key without a value") }
    switch try stack.top() {
    case .dictionary(let place): try stack.append(items, to: place)
    case .opaque: break
    case let value: throw malformed("\(value.kind) that keys are set of")
    }
  }

  /// A state for the last value: attributes, of which none matter here.
  private mutating func build() throws(ConvolutionError) {
    _ = try stack.pop()
    switch try stack.top() {
    case .dictionary, .tensor, .opaque: break
    case let value: throw malformed("\(value.kind) that a state is set of")
    }
  }
}
