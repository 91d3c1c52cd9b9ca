import Convolution
import ConvolutionFiles
import Foundation
import TestSupport
import Testing

/// Files of tensors that are not what they should be: reading ends in an error or in tensors, soon, and in little memory.
struct MalformedWeightsTests {
  @Test(arguments: [
    "torch_state.npz", "torch_state_compressed.npz", "torch_state.safetensors", "torch_state.pth",
    "torch_checkpoint.pth", "torch_state_legacy.pth", "keras.weights.h5", "keras_legacy.h5",
    "keras_causal.keras",
  ])
  func aMutatedFileIsReadOrAnErrorInLittleMemory(name: String) async {
    // In a process of its own, whose memory has a limit: more ends in `.outOfMemory`, or is a crash.
    await #expect(processExitsWith: .success) { [name] in
      let file = [UInt8](try Data(contentsOf: URL(filePath: sample(name))))
      var random = SplitMix64(seed: 15)
      try withTemporaryFolder { folder in
        try limitMemory(to: 4 * file.count + 8 << 20)
        for _ in 0..<mutationCount {
          var bytes = file
          for _ in 0..<Int.random(in: 1...3, using: &random) { mutate(&bytes, &random) }
          expectTensorsOrAnError(try folder.file("mutated", bytes))
        }
      }
    }
  }

  @Test func bytesThatSayNothingAreAnError() throws {
    var random = SplitMix64(seed: 16)
    try withTemporaryFolder { folder in
      for count in 0..<64 {
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        let path = try folder.file("random", bytes)
        expectError(.unsupportedFile, path, []) { _ = try TensorFile(contentsOf: path) }
      }
    }
  }
}

/// More of them in the environment makes the test a longer one.
private let mutationCount =
  ProcessInfo.processInfo.environment["CONVOLUTION_MUTATIONS"].flatMap { Int($0) } ?? 300

/// Reads everything in a file.
private func expectTensorsOrAnError(_ path: String) {
  do throws(ConvolutionError) {
    let file = try TensorFile(contentsOf: path)
    for entry in file.entries {
      do throws(ConvolutionError) {
        _ = try file.tensor(named: entry.name)
      } catch {
        #expect(error.code != .outOfMemory, "\(error)")
      }
    }
  } catch {
    #expect(error.code != .outOfMemory, "\(error)")
  }
}
