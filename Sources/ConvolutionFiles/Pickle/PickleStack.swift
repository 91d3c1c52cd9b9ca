import Convolution

/// What a pickle's instructions work on: a stack with marks, a memo, and the containers that values name.
struct PickleStack {
  private(set) var values: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private(set) var containers: [[PickleValue]] = []
  /// How many more values may be kept: a byte of a pickle can ask for many times its size of memory.
  private var remaining: Int
  private let bytes: FileBytes

  /// Values that every pickle may keep; a memo takes about two of them.
  private static let leastBudget = 1 << 17

  /// How many values a pickle may keep.
  static func budget(for bytes: FileBytes) -> Int { leastBudget + bytes.count / 8 }

  init(_ bytes: FileBytes) {
    self.bytes = bytes
    remaining = Self.budget(for: bytes)
  }

  private mutating func spend(_ count: Int) throws(ConvolutionError) {
    remaining -= count
    guard remaining >= 0 else {
      throw bytes.malformed(
        "a pickle of too many values for \(bytes.count) bytes",
        expected: "one that describes tensors")
    }
  }

  mutating func push(_ value: PickleValue) throws(ConvolutionError) {
    try spend(1)
    values.append(value)
  }

  mutating func pop() throws(ConvolutionError) -> PickleValue {
    guard values.count > marks.last ?? 0 else { throw underflow }
    remaining += 1
    return values.removeLast()
  }

  /// The last value, which stays.
  func top() throws(ConvolutionError) -> PickleValue {
    guard values.count > marks.last ?? 0 else { throw underflow }
    return values[values.count - 1]
  }

  mutating func mark() throws(ConvolutionError) {
    try spend(1)
    marks.append(values.count)
  }

  /// The values above the last mark, which goes with them.
  mutating func popToMark() throws(ConvolutionError) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw underflow }
    let items = Array(values[mark...])
    values.removeSubrange(mark...)
    remaining += items.count + 1
    return items
  }

  /// The last `count` values.
  mutating func pop(_ count: Int) throws(ConvolutionError) -> [PickleValue] {
    guard values.count - count >= marks.last ?? 0 else { throw underflow }
    let items = Array(values.suffix(count))
    values.removeLast(count)
    remaining += count
    return items
  }

  /// The place of a new container.
  mutating func container(_ items: [PickleValue] = []) throws(ConvolutionError) -> Int {
    try spend(1 + items.count)
    containers.append(items)
    return containers.count - 1
  }

  mutating func append(_ items: [PickleValue], to container: Int) throws(ConvolutionError) {
    try spend(items.count)
    containers[container] += items
  }

  mutating func memoize(at key: Int? = nil) throws(ConvolutionError) {
    try spend(2)
    memo[key ?? memo.count] = try top()
  }

  func remembered(_ key: Int) throws(ConvolutionError) -> PickleValue {
    guard let value = memo[key] else {
      throw bytes.malformed("a pickle that remembers nothing as \(key)", expected: "a whole one")
    }
    return value
  }

  /// A stack as a pickle that follows finds it: what was kept stays, and counts.
  mutating func clear() {
    remaining += values.count + marks.count + 2 * memo.count
    (values, marks, memo) = ([], [], [:])
  }

  private var underflow: ConvolutionError {
    bytes.malformed("a pickle that takes more than there is", expected: "a whole one")
  }
}
