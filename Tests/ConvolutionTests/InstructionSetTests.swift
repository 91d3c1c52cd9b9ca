import Convolution
import Foundation
import Testing

/// The instruction set of a plan is the one asked for, within what the machine has and what the caps allow.
///
/// Caps hold for the whole process, so tests that set them run in a process of their own.
struct InstructionSetTests {
  @Test func aPlanUsesAtMostTheSetAskedFor() throws {
    let layer = try Conv1D(weights: Tensor(shape: [1, 1, 1]))
    for set in InstructionSet.allCases {
      let plan = try layer.plan(
        for: [1, 1, 1], with: Planner(algorithm: .direct, instructionSet: set))
      #expect(plan.instructionSet == min(set, Machine.instructionSet))
    }
    let plan = try layer.plan(for: [1, 1, 1], with: Planner(algorithm: .direct))
    #expect(plan.instructionSet == Machine.instructionSet)
    #expect(Machine.instructionSet <= Machine.detectedInstructionSet)
  }

  @Test func theCapOfTheAPIIsHonouredAndLifted() async {
    await #expect(processExitsWith: .success) {
      let widest = Machine.instructionSet
      let layer = try Conv1D(weights: Tensor(shape: [1, 1, 1]))
      for cap in InstructionSet.allCases {
        Machine.capInstructionSet(cap)
        #expect(Machine.instructionSet == min(cap, widest))
        let plan = try layer.plan(
          for: [1, 1, 1], with: Planner(algorithm: .direct, instructionSet: .avx512))
        #expect(plan.instructionSet == min(cap, widest))
        #expect(
          try layer.plan(for: [1, 1, 1], with: Planner(algorithm: .direct)).instructionSet
            == min(cap, widest))
      }
      Machine.capInstructionSet(nil)
      #expect(Machine.instructionSet == widest)
    }
  }

  @Test func theCapOfTheEnvironmentIsHonoured() async {
    await #expect(processExitsWith: .success) {
      setenv("CONVOLUTION_ISA", "scalar", 1)
      #expect(Machine.instructionSet == .scalar)
      // The caller cannot lift what the environment caps.
      Machine.capInstructionSet(.avx512)
      #expect(Machine.instructionSet == .scalar)
    }
  }

  @Test func anUnknownCapOfTheEnvironmentIsNone() async {
    await #expect(processExitsWith: .success) {
      setenv("CONVOLUTION_ISA", "avx1024", 1)
      #expect(Machine.instructionSet == Machine.detectedInstructionSet)
    }
  }
}
