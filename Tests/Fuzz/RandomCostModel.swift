@_spi(Tools) import Convolution
import TestSupport

extension CostModel {
  /// One that knows nothing: whichever kernels take a layer, each is chosen once in a while, and so is any cut.
  static func random(_ random: inout SplitMix64, on set: InstructionSet) -> CostModel {
    var model = CostModel.closest(to: set, Machine.caches)
    for family in model.coefficients.keys.sorted() {
      let factor = Double(
        sign: .plus, exponent: Int.random(in: -8...8, using: &random), significand: 1)
      model.coefficients[family] = model.coefficients[family]!.map { $0 * factor * 100 }
    }
    return model
  }
}
