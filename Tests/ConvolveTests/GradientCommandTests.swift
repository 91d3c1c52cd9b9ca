import Convolution
import ConvolutionFiles
import Testing

/// `convolve gradient` from files to files, on numbers that one can follow on paper.
struct GradientCommandTests {
  /// Three samples, two taps, padded by one after: y = [1 2 + 2 3, 2 2 + 3 3, 3 2 (+ 0 3)].
  @Test func gradientsOfALayer() throws {
    let folder = try TemporaryFolder()
    let result = try convolve([
      "gradient", "--input", folder.npy("x.npy", [1, 2, 3], [1, 1, 3]),
      "--weights", folder.npy("w.npy", [2, 3], [1, 1, 2]), "--padding", "same",
      "--output-gradient", folder.npy("dy.npy", [1, 10, 100], [1, 1, 3]),
      "--input-gradient", folder.path("dx.npy"), "--weight-gradient", folder.path("dw.npy"),
      "--bias-gradient", folder.path("db.npy"),
    ])
    #expect(result.status == 0, "\(result.errors)")
    // Sample i is read by tap 0 of output i and tap 1 of output i - 1.
    #expect(
      try Tensor(npyFile: folder.path("dx.npy"))
        == Tensor([2, 20 + 3, 200 + 30], shape: [1, 1, 3]))
    #expect(
      try Tensor(npyFile: folder.path("dw.npy"))
        == Tensor([1 + 20 + 300, 2 + 30], shape: [1, 1, 2]))
    #expect(try Tensor(npyFile: folder.path("db.npy")) == Tensor([111], shape: [1]))
  }

  /// What the activation does not let through is no gradient: the second sum is negative.
  @Test func gradientsThroughAnActivation() throws {
    let folder = try TemporaryFolder()
    let result = try convolve([
      "gradient", "--input", folder.npy("x.npy", [1, -2], [1, 1, 2]),
      "--weights", folder.npy("w.npy", [3], [1, 1, 1]), "--activation", "relu",
      "--output-gradient", folder.npy("dy.npy", [5, 7], [1, 1, 2]),
      "--input-gradient", folder.path("dx.npy"),
    ])
    #expect(result.status == 0, "\(result.errors)")
    #expect(try Tensor(npyFile: folder.path("dx.npy")) == Tensor([15, 0], shape: [1, 1, 2]))
    #expect(try folder.names == ["dx.npy", "dy.npy", "w.npy", "x.npy"])
  }

  /// Two samples are spread over four outputs.
  @Test func gradientsOfATransposedLayer() throws {
    let folder = try TemporaryFolder()
    let result = try convolve([
      "gradient", "--transpose", "--stride", "2",
      "--input", folder.npy("x.npy", [1, 2], [1, 1, 2]),
      "--weights", folder.npy("w.npy", [3, 4], [1, 1, 2]),
      "--output-gradient", folder.npy("dy.npy", [1, 10, 100, 1000], [1, 1, 4]),
      "--input-gradient", folder.path("dx.npy"), "--weight-gradient", folder.path("dw.npy"),
    ])
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      try Tensor(npyFile: folder.path("dx.npy")) == Tensor([43, 4300], shape: [1, 1, 2]))
    #expect(
      try Tensor(npyFile: folder.path("dw.npy")) == Tensor([201, 2010], shape: [1, 1, 2]))
  }

  @Test func errorsNameTheOption() throws {
    let folder = try TemporaryFolder()
    let arguments = [
      "gradient", "--input", try folder.npy("x.npy", [1, 2], [1, 1, 2]),
      "--weights", try folder.npy("w.npy", [3], [1, 1, 1]),
      "--output-gradient", try folder.npy("dy.npy", [5, 7, 9], [1, 1, 3]),
    ]
    let nothing = try convolve(arguments)
    #expect(nothing.status != 0 && nothing.errors.contains("--input-gradient"))
    let mismatch = try convolve(arguments + ["--bias-gradient", folder.path("db.npy")])
    #expect(mismatch.status != 0 && mismatch.errors.contains("outputGradient"))
    #expect(try folder.names == ["dy.npy", "w.npy", "x.npy"])
  }
}
