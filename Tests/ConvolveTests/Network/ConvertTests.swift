import Convolution
import ConvolutionFiles
import Foundation
import Testing

@testable import convolve

struct ConvertTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func aLayerIsWrittenAndTheQuestionAnswered() throws {
    let weights = folder.path("w.npy")
    try Tensor(repeating: 1, shape: [32, 32, 4, 1]).write(toNPYFile: weights)
    let output = folder.path("layer.onnx")
    let result = try convolve([
      "convert", weights, "-o", output, "--padding", "same", "--input-shape", "64x32x100x20",
    ])
    #expect(result.errors == "")
    let lines = result.output.split(separator: "\n")
    #expect(
      lines[1].split(separator: "  ").map { $0.trimmingCharacters(in: .whitespaces) }
        == ["conv", "Conv", "same", "1,2 0,0", "pads=[1, 0, 2, 0]"])
    #expect(lines[2].hasPrefix("warning: conv: "))
    #expect(lines.last == "\(output): ONNX, opset 13, 1 padded layer")
    let inspected = try convolve(["inspect", output])
    #expect(inspected.output.contains("x  float32 64x32x100x20"))
  }

  @Test func aNetworkKeepsItsOpenExtents() throws {
    let output = folder.path("pnet.onnx")
    let result = try convolve(["convert", Models.path("mtcnn_pnet"), "-o", output, "--dynamic"])
    #expect(result.errors == "")
    #expect(try convolve(["inspect", output]).output.contains("input_1  float32 ?x?x?x3"))
  }

  @Test func swiftComesWithItsWeights() throws {
    let output = folder.path("waifu2x-photo.swift")
    let result = try convolve([
      "convert", Models.path("waifu2x_upconv7_photo_2x"), "-o", output, "--input-shape",
      "1x3x64x64",
    ])
    #expect(result.errors == "")
    let weights = folder.path("waifu2x-photo.safetensors")
    #expect(result.output.hasSuffix("\(output): Swift, with \(weights), 1 padded layer\n"))
    #expect(try String(contentsOfFile: output, encoding: .utf8).contains("enum Waifu2xPhoto {"))
    #expect(try TensorFile(contentsOf: weights).entries.contains { $0.name == "conv6_layer.w" })
  }

  @Test func weightsAreThoseOfTheFileThatIsSaid() throws {
    let (model, output) = (Models.path("mtcnn_pnet"), folder.path("out.onnx"))
    let weights = folder.path("w.npy")
    try Tensor(repeating: 1, shape: [1]).write(toNPYFile: weights)
    try expectFailure(
      ["convert", model, "-o", output, "--dynamic", "--weights", weights], ["w.npy", "\"w\""])
    try expectFailure(
      ["convert", weights, "-o", output, "--weights", weights], ["--weights", "a layer"])
  }

  @Test func badOptionsAreRefused() throws {
    let model = Models.path("mtcnn_pnet")
    let output = folder.path("out.onnx")
    try expectFailure(["convert", model, "-o", "out.txt"], ["--output", "out.txt", ".onnx"])
    try expectFailure(["convert", model, "-o", output], ["input_1", "no shape"])
    try expectFailure(
      ["convert", model, "-o", output, "--dynamic", "--opset", "5"], ["opset", "5", "7 to 28"])
    try expectFailure(
      ["convert", model, "-o", output, "--dynamic", "--padding", "same"], ["options of a layer"])
    #expect(!FileManager.default.fileExists(atPath: output))
  }
}
