import Convolution
import ConvolutionFiles
import LayerCases
import Testing

/// Which tiles Winograd's algorithm takes for a layer, and what they save.
struct WinogradFormTests {
  @Test(arguments: [
    ("ic64oc64ih40kh3ph1", Accuracy.standard, "F(4x4, 3x3)", 4.0),
    ("ic64oc64ih60kh3ph1", .fast, "F(6x6, 3x3)", 5.0625),
    ("ic64oc64iw4000kw2", .standard, "F(5, 2)", 10 / 6.0),
    ("ic64oc64iw4000kw4", .standard, "F(3, 4)", 2),
    ("ic64oc64ih40kh5ph2", .standard, "F(2x2, 5x5)", 100 / 36.0),
    ("ic64oc64ih40kh5ph2", .fast, "F(4x4, 5x5)", 400 / 64.0),
    ("ic64oc64ih40iw40kh3kw1ph1pw0", .standard, "F(4x1, 3x1)", 2),
    ("ic64oc64ih40iw40kh1kw3ph0pw1", .standard, "F(1x4, 1x3)", 2),
    ("ic64oc64iw4000kw3pw1", .standard, "F(4, 3)", 2),
    ("ic64oc64id8ih40iw40kd3kh3kw3pd1ph1pw1", .standard, "F(1x4x4, 3x3x3)", 4),
  ])
  func theBestFormOfALargeLayer(
    descriptor: String, accuracy: Accuracy, form: String, saving: Double
  ) throws {
    let layer = try LayerDescriptor("mb1" + descriptor)
    let plan = try layer.plan(
      layout: .channelsLast,
      with: Planner(accuracy: accuracy, algorithm: .winograd, costModel: .arithmetic))
    let chosen = try #require(plan.winograd)
    #expect(chosen.description == form)
    #expect(chosen.saving == saving)
    #expect(chosen.kernel == layer.kernel)
    #expect(plan.algorithm == .winograd && plan.kernel == "winograd")
  }

  /// 7 = 4 + 3 rows: a tile of 4 beside one of 4 with a row too many; 6 rows are 3 tiles of 2 exactly.
  @Test func tilesFollowTheOutput() throws {
    func form(_ size: String) throws -> WinogradForm? {
      let layer = try LayerDescriptor("mb1ic64oc64kh3ph1" + size)
      return try layer.plan(layout: .channelsLast, with: Planner(algorithm: .winograd)).winograd
    }
    #expect(try form("ih100iw8")?.tile == [4, 4])
    #expect(try form("ih100iw2")?.tile == [4, 2])
    #expect(try form("ih2iw100")?.tile == [2, 4])
  }

  @Test func pointsAreThoseOfTransformedAxes() throws {
    let layer = try Conv3D(weights: Tensor(shape: [16, 16, 3, 3, 1]), padding: .same)
    let plan = try layer.plan(for: [1, 16, 4, 12, 12], with: Planner(algorithm: .winograd))
    let form = try #require(plan.winograd)
    #expect(form.points.map { $0 > 1 } == [false, true, false])
    #expect(form.tile[1] + 2 == form.points[1])
  }
}
