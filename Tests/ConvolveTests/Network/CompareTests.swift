import Convolution
import ConvolutionFiles
import Testing

@testable import convolve

struct CompareTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func aNetworkAndItsCopyAreTheSame() throws {
    let (model, copy) = (Models.path("mtcnn_pnet"), folder.path("copy.onnx"))
    #expect(
      try convolve(["convert", model, "-o", copy, "--dynamic"]).status == 0)
    let result = try convolve([
      "compare", model, copy, "--input", Models.path("mtcnn_pnet", "in__input_1.npy"),
    ])
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n")
    #expect(lines.filter { $0.hasPrefix("conv2d") }.count >= 5)
    #expect(lines.last == "they are the same to 1e-05 of the largest element")
  }

  /// An even kernel: PyTorch's `same` and ONNX's lower one pad another side.
  @Test func theLayerIsNamedWhereTheyPart() throws {
    let weights = folder.path("w.npy")
    try Tensor((0..<16).map { Float($0) }, shape: [2, 2, 2, 2]).write(toNPYFile: weights)
    let input = folder.path("x.npy")
    try Tensor((0..<40).map { Float($0 % 7) }, shape: [1, 2, 4, 5]).write(toNPYFile: input)
    var models: [String] = []
    for padding in ["same", "same-lower"] {
      models.append(folder.path("\(padding).onnx"))
      let result = try convolve([
        "convert", weights, "-o", models.last!, "--padding", padding, "--input-shape", "1x2x4x5",
      ])
      #expect(result.status == 0, "\(result.errors)")
    }
    let result = try convolve(["compare"] + models + ["--input", input])
    #expect(result.status == 1)
    #expect(result.output.contains("they part at conv and conv"))
    #expect(try convolve(["compare", models[0], models[0], "--input", input]).status == 0)
  }
}
