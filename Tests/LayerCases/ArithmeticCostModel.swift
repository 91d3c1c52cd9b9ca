import CConvolution
@_spi(Tools) import Convolution

extension CostModel {
  /// Nothing but multiplying takes time, and threads cost nothing: what is cut by it is cut alike on every machine, whatever
  /// its caches are.
  package static let arithmetic = of(["multiply_adds"])

  /// The same, but what comes from beyond a core's caches takes time too.
  package static let arithmeticAndMemory = of(["multiply_adds", "level3_bytes", "memory_bytes"])

  /// A nanosecond for each of these terms of work.
  private static func of(_ terms: Set<String>) -> CostModel {
    CostModel(
      machine: "arithmetic", instructionSet: Machine.instructionSet, caches: Machine.caches,
      coefficients: Dictionary(
        uniqueKeysWithValues: Set(families).map { family in
          (family, Self.terms.map { terms.contains($0) ? 1 : 0 })
        }),
      team: Team(pair: 0, doubling: 0, lag: 0))
  }

  /// Those of C's table of kernels.
  private static var families: [String] {
    var count: Int32 = 0
    let table = conv_kernels(&count)!
    return (0..<Int(count)).map { String(cString: table[$0]!.pointee.family) }
  }
}
