/// `weight.bin`: large constants of a program, each behind 64 bytes that say what it is, all of them at multiples of 64 bytes.
struct WeightFile {
  static let alignment = 64
  /// What programs call it.
  static let name = "@model_path/weights/weight.bin"

  private enum Element: UInt32 {
    case float16 = 1
    case float32 = 2
  }

  private(set) var bytes: [UInt8] = []
  private var count: UInt32 = 0

  var isEmpty: Bool { count == 0 }

  init() {
    let version: UInt32 = 2
    append(count)
    append(version)
    align()
  }

  /// Adds a tensor of floats; returns where its metadata lies, which is what programs refer to.
  mutating func add(_ tensor: NetworkTensor) -> Int {
    tensor.withUnsafeBytes { add($0, .float32) }
  }

  /// The same of 16 bits each.
  mutating func add(_ halves: [UInt16]) -> Int {
    halves.map(\.littleEndian).withUnsafeBytes { add($0, .float16) }
  }

  private mutating func add(_ content: UnsafeRawBufferPointer, _ element: Element) -> Int {
    let place = bytes.count
    append(0xdead_beef as UInt32)
    append(element.rawValue)
    append(UInt64(content.count))
    append(UInt64(place + Self.alignment))
    align()
    bytes += content
    align()
    count += 1
    withUnsafeBytes(of: count.littleEndian) { bytes.replaceSubrange(0..<4, with: $0) }
    return place
  }

  private mutating func append(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }

  /// With zeros.
  private mutating func align() {
    let rest = (Self.alignment - bytes.count % Self.alignment) % Self.alignment
    bytes += repeatElement(0, count: rest)
  }
}
