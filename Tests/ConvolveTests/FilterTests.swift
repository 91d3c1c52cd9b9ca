import Convolution
import Foundation
import PictureFiles
import Testing

@testable import convolve

struct FilterTests {
  private func constant(_ value: UInt8, channels: Int = 3) -> Picture {
    Picture(
      width: 11, height: 7, channels: channels,
      samples: Array(repeating: value, count: 11 * 7 * channels))
  }

  private func noise(width: Int, height: Int, channels: Int) -> Picture {
    Picture(
      width: width, height: height, channels: channels,
      samples: (0..<(width * height * channels)).map {
        UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 11)
      })
  }

  /// A pixel-by-pixel float64 convolution with a mirrored border, the edge sample not repeated.
  private func convolved(_ picture: Picture, _ stencil: [[Double]]) -> [Double] {
    func mirrored(_ index: Int, _ extent: Int) -> Int {
      index < 0 ? -index : index >= extent ? 2 * (extent - 1) - index : index
    }
    return (0..<picture.samples.count).map { sample in
      let channel = sample % picture.channels
      let column = sample / picture.channels % picture.width
      let row = sample / picture.channels / picture.width
      var sum = 0.0
      for (i, taps) in stencil.enumerated() {
        for (j, tap) in taps.enumerated() {
          let y = mirrored(row + i - stencil.count / 2, picture.height)
          let x = mirrored(column + j - taps.count / 2, picture.width)
          sum += tap * Double(picture.samples[(y * picture.width + x) * picture.channels + channel])
        }
      }
      return sum
    }
  }

  /// Expects the samples of `picture` to be `values`, rounded and clamped; float32 may round halves the other way.
  private func expect(
    _ picture: Picture, is values: [Double], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(picture.samples.count == values.count, sourceLocation: sourceLocation)
    let largest =
      zip(picture.samples, values).map { abs(Double($0) - min(max($1, 0), 255)) }.max() ?? 0
    #expect(largest <= 0.501, sourceLocation: sourceLocation)
  }

  @Test(arguments: ["gaussian:9", "gaussian:1", "box:5", "sharpen", "emboss"], [1, 3, 4])
  func smoothersKeepAConstantPicture(word: String, channels: Int) throws {
    let picture = constant(77, channels: channels)
    #expect(try Filter(word: word)(picture, border: .reflect) == picture)
  }

  @Test(arguments: ["sobel", "laplacian"])
  func derivativesOfAConstantPictureAreZero(word: String) throws {
    #expect(try Filter(word: word)(constant(200), border: .replicate) == constant(0))
  }

  @Test func alphaIsCarriedThrough() throws {
    let picture = noise(width: 9, height: 8, channels: 4)
    let result = try Filter(word: "sobel")(picture, border: .reflect)
    for index in stride(from: 3, to: picture.samples.count, by: 4) {
      #expect(result.samples[index] == picture.samples[index])
    }
    #expect(result != picture)
  }

  @Test(arguments: [3, 9])
  func gaussianIsTheDefinition(size: Int) throws {
    let picture = noise(width: 13, height: 12, channels: 3)
    let sigma = size == 3 ? 0.8 : 1.7
    let taps = (0..<size).map { index in
      let distance = Double(index - size / 2)
      return exp(-distance * distance / (2 * sigma * sigma))
    }
    let total = taps.reduce(0, +)
    let stencil = taps.map { row in taps.map { row * $0 / (total * total) } }
    let result = try Filter(word: "gaussian:\(size)")(picture, border: .reflect)
    expect(result, is: convolved(picture, stencil))
  }

  @Test func boxIsTheMean() throws {
    let picture = noise(width: 8, height: 9, channels: 1)
    let stencil = Array(repeating: Array(repeating: 1.0 / 25, count: 5), count: 5)
    expect(try Filter(word: "box:5")(picture, border: .reflect), is: convolved(picture, stencil))
  }

  @Test func sobelIsTheSizeOfTheGradient() throws {
    let picture = noise(width: 10, height: 6, channels: 3)
    let across = convolved(picture, [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    let down = convolved(picture, [[-1, -2, -1], [0, 0, 0], [1, 2, 1]])
    let size = zip(across, down).map { ($0 * $0 + $1 * $1).squareRoot() }
    expect(try Filter(word: "sobel")(picture, border: .reflect), is: size)
  }

  @Test func otherStencilsAreTheirDefinitions() throws {
    let picture = noise(width: 10, height: 6, channels: 3)
    expect(
      try Filter(word: "laplacian")(picture, border: .reflect),
      is: convolved(picture, [[0, 1, 0], [1, -4, 1], [0, 1, 0]]).map(abs))
    expect(
      try Filter(word: "sharpen")(picture, border: .reflect),
      is: convolved(picture, [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]))
    expect(
      try Filter(word: "emboss")(picture, border: .reflect),
      is: convolved(picture, [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]))
  }

  @Test func theBorderIsRead() throws {
    // One white pixel: a mean over 3x3 with a zero border sees it once, with a repeated edge nine times.
    let picture = Picture(width: 1, height: 1, channels: 1, samples: [255])
    #expect(try Filter(word: "box:3")(picture, border: .zeros).samples == [28])
    #expect(try Filter(word: "box:3")(picture, border: .replicate).samples == [255])
  }

  @Test func theCommandWritesThePicture() throws {
    let folder = try TemporaryFolder()
    let photo = try folder.file("a.png", Pictures.rgb)
    let output = folder.path("b.png")
    let result = try convolve([
      "filter", photo, "--kernel", "box:1", "--border", "circular,reflect", "-o", output,
    ])
    #expect(result.status == 0)
    #expect(result.errors == "")
    for mention in [photo, "2x2 RGB", " ms", output] { #expect(result.output.contains(mention)) }
    #expect(try Picture(file: output).samples == [255, 0, 0, 0, 128, 255, 1, 2, 3, 4, 5, 6])
  }
}
