import CConvolution

/// An instruction set that kernels are written for. There may be more of them in later versions.
public struct InstructionSet: Sendable, Hashable {
  package let isa: conv_isa

  /// Plain C, for every processor.
  public static let scalar = InstructionSet(isa: CONV_ISA_SCALAR)
  /// AVX2 and FMA: 8 floats a vector.
  public static let avx2 = InstructionSet(isa: CONV_ISA_AVX2)
  /// AVX-512 F, VL, BW and DQ: 16 floats a vector.
  public static let avx512 = InstructionSet(isa: CONV_ISA_AVX512)

  public static func == (a: InstructionSet, b: InstructionSet) -> Bool { a.isa == b.isa }
  public func hash(into hasher: inout Hasher) { hasher.combine(isa.rawValue) }
}

extension InstructionSet: Comparable {
  /// Whether a processor that has `b` has `a` too.
  public static func < (a: InstructionSet, b: InstructionSet) -> Bool {
    a.isa.rawValue < b.isa.rawValue
  }
}

extension InstructionSet: CaseIterable {
  /// From the narrowest to the widest.
  public static let allCases = [scalar, avx2, avx512]
}

extension InstructionSet: LosslessStringConvertible {
  private static let names: KeyValuePairs<String, InstructionSet> = [
    "scalar": .scalar, "avx2": .avx2, "avx512": .avx512,
  ]

  /// `scalar`, `avx2` or `avx512`; nil for anything else.
  public init?(_ description: String) {
    guard let match = Self.names.first(where: { $0.key == description }) else { return nil }
    self = match.value
  }

  public var description: String { Self.names.first { $0.value == self }!.key }
}
