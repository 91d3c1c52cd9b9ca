import Convolution
import Testing

@testable import LayerCases

/// Where several axes of a tap are outside, as `numpy.pad` does it axis by axis: the last constant wins.
struct BorderCornerTests {
  /// All triples of borders; the data are small integers.
  @Test(arguments: [1, 2])
  func everyMixtureOfBordersMeetsInTheCorners(groups: Int) throws {
    let borders: [Border] = [.zeros, .constant(2), .constant(-3), .reflect]
    let pads = Padding.explicit([PaddingAmount(before: 2, after: 1)])
    for depth in borders {
      for height in borders {
        for width in borders {
          let layerCase = LayerCase(
            inputShape: [1, 2, 2, 3, 2], weightShape: [4, 2 / groups, 2, 3, 3], stride: [1, 1, 1],
            dilation: [1, 1, 1], groups: groups, padding: pads, border: [depth, height, width],
            x: (0..<24).map { Float($0 % 7 - 3) }, w: (0..<(144 / groups)).map { Float($0 % 5 - 1) }
          )
          let expected = Reference(layerCase).values.map(Float.init)
          for (setting, plan) in try layerCase.plansOfEveryKernel(layerCase.layer()) {
            expect(
              try layerCase.run(plan), of: plan, toBe: expected,
              "\(layerCase.border) on \(setting)")
          }
        }
      }
    }
  }
}
