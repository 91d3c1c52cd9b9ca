import Convolution
import Foundation
import Testing

struct WeightsTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let header =
      #"{"__metadata__":{"format":"pt"},"conv.weight":{"dtype":"F32","shape":[2,1,1,2],"data_offsets":[0,16]},"#
      + #""conv.bias":{"dtype":"I32","shape":[],"data_offsets":[16,20]}}"#
    let length = [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0]
    let elements = ([1, 2, 3, 4] as [Float]).flatMap { x in
      (0..<4).map { UInt8(x.bitPattern >> (8 * $0) & 255) }
    }
    _ = try folder.file("model.safetensors", length + Array(header.utf8) + elements + [7, 0, 0, 0])
  }

  @Test func tensorsAreListed() throws {
    let result = try convolve(["weights", "model.safetensors"], in: folder)
    #expect(
      result.output == """
        conv.weight  2x1x1x2  float32
        conv.bias    scalar   int32
        format: pt
        safetensors: 2 tensors, 5 elements

        """)
    #expect(result.status == 0)
  }

  @Test func oneIsExtracted() throws {
    let arguments = ["weights", "model.safetensors", "--tensor", "conv.weight", "-o", "w.npy"]
    #expect(try convolve(arguments, in: folder).output == "w.npy: 2x1x1x2\n")
    #expect(
      try Tensor(npyFile: folder.path("w.npy")) == Tensor([1, 2, 3, 4], shape: [2, 1, 1, 2]))
  }

  @Test(arguments: [
    (
      ["model.safetensors", "--tensor", "conv.wait", "-o", "w.npy"],
      ["conv.wait", "\"conv.weight\""]
    ),
    (["model.safetensors", "--tensor", "conv.bias"], ["--output"]),
    (["model.safetensors", "-o", "w.npy"], ["--tensor"]),
    (["gone.npz"], ["gone.npz", "No such file"]),
    (["model.safetensors", "--tensor", "conv.bias", "-o", "w.pth"], ["w.pth", ".npy"]),
    (["model.safetensors", "--tensor", "conv.bias", "-o", "gone/w.npy"], ["gone/w.npy"]),
  ])
  func whatDoesNotFit(arguments: [String], mentions: [String]) throws {
    try expectFailure(["weights"] + arguments, mentions, in: folder)
    #expect(try folder.names == ["model.safetensors"])
  }
}
