@_spi(Tools) import Convolution
import ConvolutionFiles

extension CostModel.Team {
  private static let layer = "mb1_ic16ih8_oc16oh8_kh3ph1"
  /// Runs that follow each other. The fastest batch counts: others may use the machine at times.
  private static let batch = 101

  /// What several threads take longer than their share of the work of one, on a layer of few microseconds.
  ///
  /// - Parameter base: what holds where the machine has too few cores to tell.
  static func measured(_ planner: Planner, base: CostModel) throws -> CostModel.Team {
    // To a planner that takes them for free, more threads are always faster.
    var model = base
    model.team = CostModel.Team(pair: 0, doubling: 0, lag: 0)
    let layer = try BenchmarkLayer(LayerLine(Self.layer, options: .parse([])))
    var planner = planner
    planner.costModel = model
    let buffers = SharedBuffers()
    func time(threads: Int) throws -> Double? {
      planner.threads = threads
      let plan = try layer.plan(planner)
      guard plan.threads == threads else { return nil }
      try buffers.reserve(for: plan)
      var medians: [Duration] = []
      let clock = ContinuousClock()
      let end = clock.now + .seconds(1)
      repeat {
        medians.append(Measurement.median(try (0..<Self.batch).map { _ in try buffers.time(plan) }))
      } while clock.now < end
      return medians.min()! / .nanoseconds(1)
    }
    func cost(threads: Int) throws -> Double? {
      guard threads <= Machine.coreCount, let alone = try time(threads: 1),
        let together = try time(threads: threads)
      else { return nil }
      return max((together - alone / Double(threads)).rounded(), 0)
    }
    let pair = try cost(threads: 2) ?? base.team.pair
    let doubling = try cost(threads: 4).map { max($0 - pair, 0) } ?? base.team.doubling
    return CostModel.Team(pair: pair, doubling: doubling, lag: base.team.lag)
  }
}
