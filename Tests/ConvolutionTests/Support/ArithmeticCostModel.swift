@_spi(Tools) @testable import Convolution

extension CostModel {
  /// Nothing but multiplying takes time, and threads cost nothing: what is cut by it is cut alike on every machine, whatever
  /// its caches are.
  static let arithmetic = CostModel(
    machine: "arithmetic", instructionSet: Machine.instructionSet, caches: Machine.caches,
    coefficients: Dictionary(
      uniqueKeysWithValues: Set(Kernel.all.map(\.family)).map { family in
        (family, terms.map { $0 == "multiply_adds" ? 1 : 0 })
      }),
    team: Team(pair: 0, doubling: 0, lag: 0))
}
