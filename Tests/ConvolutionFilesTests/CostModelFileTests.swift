import Convolution
import ConvolutionFiles
import Foundation
import Testing

struct CostModelFileTests {
  private let path = FileManager.default.temporaryDirectory.appending(
    path: "\(UUID().uuidString).txt"
  ).path

  @Test func aFileIsReadAsItWasWritten() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    let model = CostModel.closest(to: .avx2, Machine.caches)
    try model.write(toFile: path)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == model.description)
    #expect(try CostModel(file: path).description == model.description)
  }

  @Test(arguments: [
    "", "machine A\ninstruction-set avx2\ncaches 1 2 3\n",
    "machine A\ninstruction-set sse\ncaches 1 2 3\nteam pair 1 doubling 1 lag 0\n",
    "machine A\ninstruction-set avx2\ncaches 1 2\nteam pair 1 doubling 1 lag 0\n",
    "machine A\ninstruction-set avx2\ncaches 1 2 3\nteam pair 1 doubling 1 lag 0\ngeneral x 1\n",
    "machine A\ninstruction-set avx2\ncaches 1 2 3\nteam pair -1 doubling 1 lag 0\n",
  ])
  func otherFilesAreRefused(text: String) throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    expectError(.unsupportedFile, path, ["no cost model", "instruction-set"]) {
      _ = try CostModel(file: path)
    }
  }

  @Test func whatCannotBeReadOrWrittenIsNamed() {
    expectError(.inputOutput, "/missing/model", ["No such file"]) {
      _ = try CostModel(file: "/missing/model")
    }
    expectError(.inputOutput, "/missing/model", ["No such file"]) {
      try CostModel.closest(to: .avx2, Machine.caches).write(toFile: "/missing/model")
    }
  }
}
