import Convolution
import ConvolutionFiles
import Foundation
import PictureFiles
import Testing

@testable import convolve

/// Networks on pictures. An `Identity` gives what a picture has become.
struct RunPictureTests {
  private let folder: TemporaryFolder
  /// 255 0 0, 0 128 255 / 1 2 3, 4 5 6.
  private let picture: String

  init() throws {
    folder = try TemporaryFolder()
    picture = try folder.file("a.png", Pictures.rgb)
  }

  /// What the picture has become.
  private func input(_ shape: [Int?], _ options: String...) throws -> Tensor {
    let model = try folder.file("m.onnx", SmallNetwork.of("Identity", shape))
    let result = try convolve(
      ["run", model, "--input", picture, "-o", folder.path("y.npy")] + options)
    #expect(result.errors == "")
    return try Tensor(npyFile: folder.path("y.npy"))
  }

  @Test func layoutAndChannelsFollowTheNetwork() throws {
    let planes = try input([1, 3, nil, nil], "--scale", "1")
    #expect(planes.shape == [1, 3, 2, 2])
    #expect(planes.elements == [255, 0, 1, 4, 0, 128, 2, 5, 0, 255, 3, 6])
    let pixels = try input([nil, nil, nil, 3], "--scale", "1")
    #expect(pixels.shape == [1, 2, 2, 3])
    #expect(pixels.elements == [255, 0, 0, 0, 128, 255, 1, 2, 3, 4, 5, 6])
    let reversed = try input([1, 2, 2, 3], "--scale", "1", "--channels", "bgr")
    #expect(reversed.elements == [0, 0, 255, 255, 128, 0, 3, 2, 1, 6, 5, 4])
    let gray = try input([1, 1, 2, 2], "--scale", "1")
    #expect(gray.shape == [1, 1, 2, 2])
    let expected: [Float] = [76.245, 104.206, 1.815, 4.815]
    for (value, expected) in zip(gray.elements, expected) { #expect(abs(value - expected) < 1e-4) }
  }

  @Test func samplesAreScaledAndNormalised() throws {
    let plain = try input([1, 3, 2, 2])
    #expect(plain.elements[0] == 1)
    #expect(abs(plain.elements[5] - 128 / 255) < 1e-6)
    let one = try input([1, 3, 2, 2], "--scale", "1", "--mean", "127.5", "--std", "127.5")
    #expect(one.elements.prefix(2) == [1, -1])
    let each = try input([1, 3, 2, 2], "--scale", "1", "--mean", "-1,1,2", "--std", "1,2,4")
    #expect(each.elements == [256, 1, 2, 5, -0.5, 63.5, 0.5, 2, -0.5, 63.25, 0.25, 1])
  }

  @Test func aSmallerPictureIsMadeOfAllSamples() throws {
    let one = try input([1, 3, 1, 1], "--scale", "1", "--size", "1x1")
    #expect(one.elements == [65, 33.75, 66])
    let wide = try input([1, 3, nil, nil], "--scale", "1", "--size", "2x4")
    #expect(wide.shape == [1, 3, 2, 4])
    #expect(wide.elements.prefix(4) == [255, 191.25, 63.75, 0])
  }

  @Test(
    arguments: [[1, 3, nil, nil], [1, nil, nil, 3]],
    [[], ["--channels", "bgr"], ["--scale", "1"]])
  func aPictureComesBack(shape: [Int?], options: [String]) throws {
    let model = try folder.file("m.onnx", SmallNetwork.of("Identity", shape))
    let result = try convolve(
      ["run", model, "--input", picture, "-o", folder.path("b.png")] + options)
    #expect(result.errors == "")
    #expect(try Picture(file: folder.path("b.png")) == Picture(file: picture))
  }

  @Test func aRealNetworkDoublesAPhotograph() throws {
    let samples = (0..<32 * 24 * 3).map { (index: Int) -> UInt8 in
      let (row, column) = (index / 96, index / 3 % 32)
      return UInt8(column * 6 + row * 2)
    }
    try Picture(width: 32, height: 24, channels: 3, samples: samples).write(to: picture)
    let result = try convolve([
      "run", Models.path("waifu2x_upconv7_photo_2x"), "--input", picture, "-o",
      folder.path("b.png"),
    ])
    #expect(result.errors == "")
    let output = try Picture(file: folder.path("b.png"))
    #expect(output.shape == [1, 20, 36, 3] as [Int])
    // Seven samples on each side are given to the windows; what is left changes slowly, as the photograph does.
    for row in 0..<20 {
      for column in 0..<36 {
        let expected = (column + 14) * 3 + row + 14
        #expect(abs(Int(output.samples[(row * 36 + column) * 3]) - expected) < 12)
      }
    }
  }

  // MARK: - Folders

  @Test func aFolderBecomesAFolder() throws {
    let (input, output) = (
      folder.url.appending(path: "in"), folder.url.appending(path: "out/there")
    )
    try FileManager.default.createDirectory(at: input, withIntermediateDirectories: true)
    try Data(Pictures.rgb).write(to: input.appending(path: "b.png"))
    try Picture(width: 3, height: 1, channels: 1, samples: [9, 9, 9])
      .write(to: input.appending(path: "c.jpg").path)
    try Data("no picture".utf8).write(to: input.appending(path: "notes.txt"))
    let model = try folder.file("m.onnx", SmallNetwork.of("Identity", [1, 3, nil, nil]))
    let result = try convolve(["run", model, "--input", input.path, "-o", output.path])
    #expect(result.errors == "")
    #expect(result.output.contains("2 pictures"))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: output.path).sorted() == [
        "b.png", "c.png",
      ])
    #expect(
      try Picture(file: output.appending(path: "b.png").path).samples.prefix(3) == [255, 0, 0])
    #expect(try Picture(file: output.appending(path: "c.png").path).shape == [1, 1, 3, 3])
  }

  @Test func aFolderOfPicturesIsClassified() throws {
    let input = folder.url.appending(path: "in")
    try FileManager.default.createDirectory(at: input, withIntermediateDirectories: true)
    for name in ["b.png", "a.png"] { try Data(Pictures.rgb).write(to: input.appending(path: name)) }
    let model = try folder.file("m.onnx", SmallNetwork.of("GlobalMaxPool", [1, 3, nil, nil]))
    let result = try convolve(["run", model, "--input", input.path, "--top", "1"])
    #expect(result.output.hasPrefix("a.png\n  0  1.0\nb.png\n  0  1.0\n"), "\(result)")
  }
}

extension RunPictureTests {
  // MARK: - Tiles

  @Test func aPictureInTilesIsThePicture() throws {
    let folder = try TemporaryFolder()
    let samples = (0..<60 * 47 * 3).map { (index: Int) -> UInt8 in
      UInt8(truncatingIfNeeded: (index &* 2_654_435_761) >> 13)
    }
    let photo = folder.path("photo.png")
    try Picture(width: 60, height: 47, channels: 3, samples: samples).write(to: photo)
    func run(_ output: String, _ options: String...) throws -> String {
      let result = try convolve(
        [
          "run", Models.path("waifu2x_upconv7_photo_2x"), "--input", photo, "-o",
          folder.path(output), "--accuracy", "exact-order",
        ] + options)
      #expect(result.errors == "")
      return result.output
    }
    _ = try run("whole.npy")
    #expect(try run("tiles.npy", "--tile", "32").contains("tiles in"))
    let (tiles, whole) = try (
      Tensor(npyFile: folder.path("tiles.npy")), Tensor(npyFile: folder.path("whole.npy"))
    )
    #expect(tiles.shape == whole.shape)
    #expect(zip(tiles.elements, whole.elements).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test func aNetworkThatSeesAllIsRefused() throws {
    let folder = try TemporaryFolder()
    let model = try folder.file("m.onnx", SmallNetwork.of("GlobalMaxPool", [1, 3, nil, nil]))
    let photo = try folder.file("a.png", Pictures.rgb)
    try expectFailure(
      ["run", model, "--input", photo, "-o", folder.path("y.npy"), "--tile", "1"],
      ["the GlobalMaxPool", "tiles"])
    try expectFailure(
      ["run", model, "--input", photo, "--tile", "1", "--top", "3"], ["--tile", "--top"])
  }
}
