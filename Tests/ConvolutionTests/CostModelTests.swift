import Testing

@_spi(Tools) @testable import Convolution

/// A cost model is a readable file, and the library has one for every machine.
struct CostModelTests {
  private static let text = """
    # Measured by hand.
    machine A processor, of some make
    instruction-set avx2  # not the widest

    caches 32768 524288 33554432
    team pair 3000 doubling 500 lag 0.1
    winograd points 1.5
    dense_channels_last multiply_adds 0.1712 tiles 9.25 memory_bytes 0.034
    """

  @Test func aModelIsReadAsItIsWritten() throws {
    let model = try #require(CostModel(Self.text))
    #expect(model.machine == "A processor, of some make")
    #expect(model.instructionSet == .avx2)
    #expect(model.caches == Caches(level1: 32768, level2: 524_288, level3: 33_554_432))
    #expect(model.team.pair == 3000 && model.team.doubling == 500 && model.team.lag == 0.1)
    #expect(model.coefficients.count == 2)
    let row = try #require(model.coefficients["dense_channels_last"])
    #expect(row.count == CostModel.terms.count && row.filter { $0 > 0 }.count == 3)
    #expect(row[try #require(CostModel.terms.firstIndex(of: "tiles"))] == 9.25)
    let again = try #require(CostModel(model.description))
    #expect(again.description == model.description)
    #expect(again.coefficients == model.coefficients)
  }

  @Test(arguments: [
    ("machine A processor, of some make", ""), ("instruction-set avx2", "instruction-set sse"),
    ("caches 32768 524288 33554432", "caches 32768 524288"), ("points 1.5", "points"),
    ("points 1.5", "points x"), ("points 1.5", "points -1"), ("points 1.5", "points inf"),
    ("points 1.5", "dots 1.5"), ("winograd points 1.5", "dense_channels_last points 1.5"),
    ("team pair 3000 doubling 500 lag 0.1", "team pair 3000 doubling 500 lags 0.1"),
    ("team pair 3000 doubling 500 lag 0.1", ""),
  ])
  func whatIsNoModelIsRefused(line: String, other: String) {
    #expect(Self.text.contains(line))
    #expect(CostModel(Self.text.replacing(line, with: other)) == nil)
  }

  @Test func theLibrarysOwnAreReadAsTheyAreWritten() {
    #expect(!CostModel.shipped.isEmpty)
    for model in CostModel.shipped {
      #expect(CostModel(model.description)?.description == model.description, "\(model.machine)")
    }
  }

  @Test func theClosestHasTheInstructionSetAndTheMostSimilarCaches() {
    for model in CostModel.shipped {
      #expect(
        CostModel.closest(to: model.instructionSet, model.caches).machine == model.machine)
    }
    for set in InstructionSet.allCases {
      let ofTheSet = CostModel.shipped.filter { $0.instructionSet == set }
      for kilobytes in [128, 256, 512, 1024, 2048, 4096] {
        let caches = Caches(level1: 32 << 10, level2: kilobytes << 10, level3: 32 << 20)
        let closest = CostModel.closest(to: set, caches)
        guard !ofTheSet.isEmpty else { continue }
        #expect(closest.instructionSet == set)
        func ratio(_ model: CostModel) -> Double {
          let ratio = Double(model.caches.level2) / Double(caches.level2)
          return max(ratio, 1 / ratio)
        }
        #expect(ratio(closest) == ofTheSet.map(ratio).min())
      }
    }
  }

  @Test func aPlannerTakesTheClosestOrTheCallers() throws {
    let closest = CostModel.closest(to: Machine.instructionSet, Machine.caches)
    #expect(Planner().resolvedCostModel.machine == closest.machine)
    let own = try #require(CostModel(Self.text))
    #expect(Planner(costModel: own).resolvedCostModel.machine == own.machine)
  }
}
