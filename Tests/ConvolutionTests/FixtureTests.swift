import Convolution
import Testing

@testable import LayerCases

/// What five other libraries computed, exactly, or within the rounding of Winograd's points.
struct FixtureTests {
  private static let frameworks = ["keras", "numpy", "onnx", "tensorflow", "torch"]

  @Test(arguments: frameworks)
  func everySettingAndKernelGiveTheFrameworksResult(framework: String) throws {
    for fixture in try Fixture.cases(of: framework) {
      let layerCase = try fixture.layerCase
      let layer = try layerCase.layer()
      let ways = try layerCase.plansOfEveryKernel(layer).map(\.setting)
      for setting in Setting.all + ways {
        for threads in 1...3 {
          guard let plan = try layerCase.plan(layer, setting, threads: threads) else { continue }
          #expect(
            plan.outputShape == arrange(shape: fixture.yShape, in: setting.layout),
            "\(fixture.id) \(setting)")
          let output = try layerCase.run(plan)
          expect(output, of: plan, toBe: fixture.y, "\(fixture.id) \(setting) \(threads) threads")
        }
      }
    }
  }

  /// The reference that other tests compare with is itself compared here.
  @Test(arguments: frameworks)
  func referenceGivesTheFrameworksResult(framework: String) throws {
    for fixture in try Fixture.cases(of: framework) {
      let reference = Reference(try fixture.layerCase)
      #expect(reference.shape == fixture.yShape, "\(fixture.id)")
      #expect(largestDifference(fixture.y, reference.values) == 0, "\(fixture.id)")
    }
  }

  @Test func filesHoldTheCasesTheyAreKnownToHold() throws {
    let counts = try Self.frameworks.map { try Fixture.cases(of: $0).count }
    #expect(counts == [54, 60, 80, 44, 77])
  }
}
