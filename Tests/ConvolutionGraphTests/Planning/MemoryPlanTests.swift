import TestSupport
import Testing

@testable import ConvolutionGraph

/// Where buffers lie in the arena.
struct MemoryPlanTests {
  @Test func buffersOfOneTimeHaveBytesOfTheirOwn() {
    var numbers = SplitMix64(seed: 3)
    for _ in 0..<200 {
      let steps = Int.random(in: 1...30, using: &numbers)
      let buffers = (0..<Int.random(in: 0...40, using: &numbers)).map { _ in
        let first = Int.random(in: 0..<steps, using: &numbers)
        let last = Int.random(in: first...min(first + 6, steps - 1), using: &numbers)
        return MemoryPlan.Buffer(
          bytes: Int.random(in: 0...3, using: &numbers) * Int.random(in: 0...1000, using: &numbers),
          lifetime: first...last)
      }
      let plan = MemoryPlan(buffers)
      #expect(plan.offsets.count == buffers.count)
      #expect(plan.bytes >= plan.leastBytes)
      #expect(plan.leastBytes == mostAtOnce(buffers, steps))
      for (index, buffer) in buffers.enumerated() where buffer.bytes > 0 {
        let range = plan.offsets[index]..<plan.offsets[index] + buffer.bytes
        #expect(range.lowerBound.isMultiple(of: 64))
        #expect(range.lowerBound >= 0 && range.upperBound <= plan.bytes)
        for (other, offset) in zip(buffers, plan.offsets).dropFirst(index + 1)
        where other.bytes > 0 && other.lifetime.overlaps(buffer.lifetime) {
          #expect(!range.overlaps(offset..<offset + other.bytes))
        }
      }
    }
  }

  /// By the definition: step by step, each buffer on whole lines of 64 bytes.
  private func mostAtOnce(_ buffers: [MemoryPlan.Buffer], _ steps: Int) -> Int {
    (0..<steps).map { step in
      buffers.filter { $0.lifetime.contains(step) }.reduce(0) { $0 + ($1.bytes + 63) / 64 * 64 }
    }.max()!
  }

  /// A chain of steps alternates between two places.
  @Test func aChain() {
    let plan = MemoryPlan((0..<10).map { MemoryPlan.Buffer(bytes: 640, lifetime: $0...$0 + 1) })
    #expect(plan.bytes == 1280)
    #expect(Set(plan.offsets) == [0, 640])
  }

  /// Two that are there at the end, and what is before them: the largest first would leave a gap that is too small.
  @Test func neighboursMakeRoomForEachOther() {
    let bytes = [1024, 256, 384, 832]
    let plan = MemoryPlan(bytes.enumerated().map { .init(bytes: $1, lifetime: $0...$0 + 1) })
    #expect(plan.bytes == 1280)
    #expect(plan.leastBytes == 1280)
  }

  @Test func nothing() {
    #expect(MemoryPlan([]).bytes == 0)
    #expect(MemoryPlan([.init(bytes: 0, lifetime: 0...3)]).bytes == 0)
  }
}
