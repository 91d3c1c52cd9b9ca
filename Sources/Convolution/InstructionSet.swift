import CConvolution

/// The instruction sets that kernels are written for, from the narrowest to the widest.
public enum InstructionSet: String, Sendable, CaseIterable, Comparable {
  /// Plain C, for every processor.
  case scalar
  /// AVX2 and FMA: 8 floats a vector.
  case avx2
  /// AVX-512 F, VL, BW and DQ: 16 floats a vector.
  case avx512

  public static func < (a: InstructionSet, b: InstructionSet) -> Bool {
    a.resolved.rawValue < b.resolved.rawValue
  }

  /// Floats of a vector.
  var lanes: Int {
    switch self {
    case .scalar: 4
    case .avx2: 8
    case .avx512: 16
    }
  }

  var resolved: conv_isa {
    switch self {
    case .scalar: CONV_ISA_SCALAR
    case .avx2: CONV_ISA_AVX2
    case .avx512: CONV_ISA_AVX512
    }
  }

  init(_ isa: conv_isa) {
    self = Self.allCases.first { $0.resolved == isa } ?? .scalar
  }
}
