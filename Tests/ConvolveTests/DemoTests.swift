import PictureFiles
import Testing

@testable import convolve

struct DemoTests {
  @Test func theTourAnswersMeasuresAndFilters() throws {
    let folder = try TemporaryFolder()
    let photo = try folder.file("a.png", Pictures.rgb)
    let output = folder.path("b.png")
    let result = try convolve(["demo", photo, "-o", output, "--threads", "1"])
    #expect(result.status == 0)
    #expect(result.errors == "")
    for mention in [
      "1 before (top) and 2 after (bottom) on the height", "64x32x100x20", "channels first",
      "channels last",
      " ms (median of 15)", " GFLOP/s", "1 thread", output,
    ] {
      #expect(result.output.contains(mention), "\(mention) in \(result.output)")
    }
    #expect(try Picture(file: output).shape == [1, 2, 2, 3])
  }

  @Test func aBadPictureEndsTheTour() throws {
    let folder = try TemporaryFolder()
    let photo = try folder.file("a.png", Array(Pictures.rgb.dropLast(30)))
    let result = try convolve(["demo", photo, "-o", folder.path("b.png")])
    #expect(result.status == 1)
    #expect(result.output == "")
    #expect(result.errors.filter(\.isNewline).count == 1)
    #expect(try folder.names == ["a.png"])
  }
}
