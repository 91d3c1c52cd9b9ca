import Convolution

/// A number as files have it, which is turned into floats.
protocol StoredNumber: BitwiseCopyable {
  associatedtype Bits: FixedWidthInteger & BitwiseCopyable
  /// The number of these bits, in the order of this machine.
  static func float(_ bits: Bits) -> Float
  static func double(_ bits: Bits) -> Double
}

extension TensorElement {
  /// Calls `body` with how the elements are turned into floats.
  ///
  /// - Throws: what `body` throws; `.unsupportedFile` for something that is no number.
  func withNumbers<Value>(
    of name: String, _ body: (any StoredNumber.Type) throws(ConvolutionError) -> Value
  ) throws(ConvolutionError) -> Value {
    switch self {
    case .float64: try body(Double.self)
    case .float32: try body(Float.self)
    case .float16: try body(HalfBits.self)
    case .bfloat16: try body(BrainBits.self)
    case .int64: try body(Int64.self)
    case .int32: try body(Int32.self)
    case .int16: try body(Int16.self)
    case .int8: try body(Int8.self)
    case .uint64: try body(UInt64.self)
    case .uint32: try body(UInt32.self)
    case .uint16: try body(UInt16.self)
    case .uint8: try body(UInt8.self)
    case .bool: try body(TruthBits.self)
    case .other(let word):
      throw ConvolutionError(
        .unsupportedFile, argument: name, received: "elements of type \(word)",
        expected: Self.numbers.map(\.description).joined(separator: ", "))
    }
  }

  /// Elements one behind the other, as doubles.
  ///
  /// - Throws: `.unsupportedFile` for something that is no number.
  func doubles(_ bytes: FileBytes, bigEndian: Bool) throws(ConvolutionError) -> [Double] {
    try withNumbers(of: bytes.name) { (type) throws(ConvolutionError) in
      type.doubles(bytes, bigEndian: bigEndian)
    }
  }
}

extension StoredNumber {
  fileprivate static func doubles(_ bytes: FileBytes, bigEndian: Bool) -> [Double] {
    bytes.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: MemoryLayout<Bits>.size).map {
        let bits = bytes.loadUnaligned(fromByteOffset: $0, as: Bits.self)
        return double(bigEndian ? Bits(bigEndian: bits) : Bits(littleEndian: bits))
      }
    }
  }
}

extension Float: StoredNumber {
  static func float(_ bits: UInt32) -> Float { Float(bitPattern: bits) }
  static func double(_ bits: UInt32) -> Double { Double(Float(bitPattern: bits)) }
}

extension Double: StoredNumber {
  static func float(_ bits: UInt64) -> Float { Float(Double(bitPattern: bits)) }
  static func double(_ bits: UInt64) -> Double { Double(bitPattern: bits) }
}

extension StoredNumber where Self: FixedWidthInteger, Bits == Self {
  static func float(_ bits: Self) -> Float { Float(bits) }
  static func double(_ bits: Self) -> Double { Double(bits) }
}

extension Int64: StoredNumber {
  typealias Bits = Int64
}
extension Int32: StoredNumber {
  typealias Bits = Int32
}
extension Int16: StoredNumber {
  typealias Bits = Int16
}
extension Int8: StoredNumber {
  typealias Bits = Int8
}
extension UInt64: StoredNumber {
  typealias Bits = UInt64
}
extension UInt32: StoredNumber {
  typealias Bits = UInt32
}
extension UInt16: StoredNumber {
  typealias Bits = UInt16
}
extension UInt8: StoredNumber {
  typealias Bits = UInt8
}

/// A truth value: 1 where its byte is not 0.
enum TruthBits: StoredNumber {
  static func float(_ bits: UInt8) -> Float { bits == 0 ? 0 : 1 }
  static func double(_ bits: UInt8) -> Double { bits == 0 ? 0 : 1 }
}

/// The upper half of a 32-bit float.
enum BrainBits: StoredNumber {
  static func float(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }
  static func double(_ bits: UInt16) -> Double { Double(float(bits)) }
}

/// A 16-bit float of IEEE 754, which not every machine has as `Float16`: 5 bits of exponent, 10 of fraction.
enum HalfBits: StoredNumber {
  static func float(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10 & 0x1F)
    let fraction = UInt32(bits & 0x3FF)
    let magnitude: UInt32 =
      switch exponent {
      case 0: (Float(fraction) * 0x1p-24).bitPattern
      case 0x1F: 0x7F80_0000 | fraction << 13
      default: (exponent + 112) << 23 | fraction << 13
      }
    return Float(bitPattern: sign | magnitude)
  }
  static func double(_ bits: UInt16) -> Double { Double(float(bits)) }
}
