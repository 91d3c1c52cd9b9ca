import Convolution
import Foundation
import PictureFiles
import Testing

@testable import convolve

struct PictureTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A picture that changes slowly, as photographs do.
  private func gradient(width: Int, height: Int, channels: Int) -> Picture {
    let samples = (0..<(width * height * channels)).map { index in
      let (row, column) = (index / channels / width, index / channels % width)
      return UInt8((row * 3 + column * 2 + index % channels * 40) % 200 + 20)
    }
    return Picture(width: width, height: height, channels: channels, samples: samples)
  }

  // MARK: - PNG

  @Test func samplesOfAnotherEncodersPNG() throws {
    let picture = try Picture(file: folder.file("a.png", Pictures.rgb))
    #expect(picture.shape == [1, 2, 2, 3] as [Int])
    #expect(picture.samples == [255, 0, 0, 0, 128, 255, 1, 2, 3, 4, 5, 6])
  }

  @Test func otherKindsOfPNGBecomeThreeKindsOfPicture() throws {
    let alpha = try Picture(file: folder.file("alpha.png", Pictures.grayAlpha))
    #expect(alpha.channels == 4)
    #expect(alpha.samples == [200, 200, 200, 10, 50, 50, 50, 255])
    let palette = try Picture(file: folder.file("palette.png", Pictures.palette))
    #expect(palette.channels == 3)
    #expect(palette.samples == [40, 50, 60, 10, 20, 30])
    let deep = try Picture(file: folder.file("deep.png", Pictures.gray16))
    #expect(deep.channels == 1)
    #expect(deep.samples == [0x80, 0xFF])
  }

  @Test(arguments: [1, 3, 4], [(1, 1), (7, 3), (64, 33)])
  func pngComesBackExactly(channels: Int, size: (width: Int, height: Int)) throws {
    let count = size.width * size.height * channels
    let picture = Picture(
      width: size.width, height: size.height, channels: channels,
      // Noise, which does not compress.
      samples: (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13) })
    try picture.write(to: folder.path("a.png"))
    #expect(try Picture(file: folder.path("a.png")) == picture)
  }

  // MARK: - JPEG

  @Test(arguments: [1, 3])
  func jpegComesBackAlmost(channels: Int) throws {
    let picture = gradient(width: 61, height: 45, channels: channels)
    try picture.write(to: folder.path("a.JPG"))
    // Read by its content, whatever it is called.
    let copy = try folder.file(
      "a.png", Array(Data(contentsOf: URL(filePath: folder.path("a.JPG")))))
    let back = try Picture(file: copy)
    #expect(back.shape == [1, 45, 61, channels] as [Int])
    let differences = zip(back.samples, picture.samples).map { abs(Int($0) - Int($1)) }
    #expect(differences.reduce(0, +) <= 2 * differences.count)
  }

  @Test func truncatedJPEGIsRefused() throws {
    try gradient(width: 61, height: 45, channels: 3).write(to: folder.path("a.jpg"))
    let bytes = try Array(Data(contentsOf: URL(filePath: folder.path("a.jpg"))))
    for count in [3, 20, 200, bytes.count / 2] {
      let path = try folder.file("short.jpg", Array(bytes.prefix(count)))
      let error = #expect(throws: ConvolutionError.self) { try Picture(file: path) }
      #expect(error?.code == .unsupportedFile)
      #expect(error?.argument == path)
    }
  }

  @Test func everyTruncatedPNGIsRefused() throws {
    // The last twelve bytes are the end mark.
    for count in 0..<(Pictures.rgb.count - 12) {
      let path = try folder.file("short.png", Array(Pictures.rgb.prefix(count)))
      #expect(throws: ConvolutionError.self, "\(count) bytes") { try Picture(file: path) }
    }
  }

  // MARK: - Values

  @Test func tensorIsChannelsLast() throws {
    let tensor = try Picture(width: 2, height: 1, channels: 3, samples: [1, 2, 3, 4, 5, 255])
      .tensor()
    #expect(tensor.shape == [1, 1, 2, 3])
    #expect(tensor.elements == [1, 2, 3, 4, 5, 255])
  }

  @Test func valuesAreRoundedAndClamped() {
    let picture = Picture(
      width: 6, height: 1, channels: 1, values: [-7, 0.49, 0.5, 254.4, 255.4, 1e9])
    #expect(picture.samples == [0, 0, 1, 254, 255, 255])
  }
}
