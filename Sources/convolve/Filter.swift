import ArgumentParser
import Convolution
import Foundation
import PictureFiles

/// The taps of a small 2-D kernel.
struct Stencil: Equatable {
  let rows, columns: Int
  let taps: [Float]
}

/// What is done to a picture.
enum Filter: Equatable {
  /// One stencil after the other.
  case sequence([Stencil])
  /// The root of the sum of the squares of the stencils' results, which have the same size.
  case magnitude([Stencil])
}

// MARK: - The filters there are

extension Filter {
  /// The forms that ``init(word:)`` knows.
  static let words = "gaussian:n, box:n, sobel, laplacian, sharpen, emboss"

  /// `gaussian:9`, `box:5` with an odd size, and the filters without one.
  init(word: String) throws {
    let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(
      String.init)
    switch (parts[0], parts.dropFirst().first) {
    case ("gaussian", let size?): self = .separable(Self.gaussianTaps(try Self.size(size)))
    case ("box", let size?):
      let size = try Self.size(size)
      self = .separable(Array(repeating: 1 / Float(size), count: size))
    case ("sobel", nil):
      self = .magnitude([
        .threeByThree(-1, 0, 1, -2, 0, 2, -1, 0, 1), .threeByThree(-1, -2, -1, 0, 0, 0, 1, 2, 1),
      ])
    // Its sign is dropped: half of every edge would be below 0.
    case ("laplacian", nil): self = .magnitude([.threeByThree(0, 1, 0, 1, -4, 1, 0, 1, 0)])
    case ("sharpen", nil): self = .sequence([.threeByThree(0, -1, 0, -1, 5, -1, 0, -1, 0)])
    case ("emboss", nil): self = .sequence([.threeByThree(-2, -1, 0, -1, 1, 1, 0, 1, 2)])
    default: throw ValidationError("expected one of \(Self.words)")
    }
  }

  private static func size(_ text: String) throws -> Int {
    guard let size = Int(text), (1...999).contains(size), !size.isMultiple(of: 2) else {
      throw ValidationError("expected an odd size from 1 to 999")
    }
    return size
  }

  /// Along the rows, then along the columns.
  private static func separable(_ taps: [Float]) -> Filter {
    .sequence([
      Stencil(rows: 1, columns: taps.count, taps: taps),
      Stencil(rows: taps.count, columns: 1, taps: taps),
    ])
  }

  /// A Gaussian whose taps sum to 1. Its sigma follows from the size n as in OpenCV's `getGaussianKernel`:
  /// 0.3 ((n - 1) / 2 - 1) + 0.8.
  private static func gaussianTaps(_ size: Int) -> [Float] {
    let radius = Double(size - 1) / 2
    let sigma = 0.3 * (radius - 1) + 0.8
    let taps = (0..<size).map { exp(-pow(Double($0) - radius, 2) / (2 * sigma * sigma)) }
    let sum = taps.reduce(0, +)
    return taps.map { Float($0 / sum) }
  }
}

extension Stencil {
  fileprivate static func threeByThree(_ taps: Float...) -> Stencil {
    Stencil(rows: 3, columns: 3, taps: taps)
  }
}

// MARK: - Filtering

extension Filter {
  /// The filtered picture, of the same size; alpha is carried over as it is.
  ///
  /// Every channel is convolved by itself: a depthwise convolution with a result for each stencil.
  func callAsFunction(_ picture: Picture, border: some PerAxis<Border>)
    throws(ConvolutionError) -> Picture
  {
    var x = try picture.tensor()
    var values: [Float]
    switch self {
    case .sequence(let stencils):
      for stencil in stencils {
        x = try Self.layer([stencil], channels: picture.channels, border: border)(
          x, layout: .channelsLast)
      }
      values = x.elements
    case .magnitude(let stencils):
      let results = try Self.layer(stencils, channels: picture.channels, border: border)(
        x, layout: .channelsLast
      ).elements
      let count = stencils.count
      values = (0..<picture.samples.count).map { sample in
        results[(sample * count)..<((sample + 1) * count)].reduce(0) { $0 + $1 * $1 }.squareRoot()
      }
    }
    if picture.channels == 4 {
      for alpha in stride(from: 3, to: values.count, by: 4) {
        values[alpha] = Float(picture.samples[alpha])
      }
    }
    return Picture(
      width: picture.width, height: picture.height, channels: picture.channels, values: values)
  }

  private static func layer(
    _ stencils: [Stencil], channels: Int, border: some PerAxis<Border>
  ) throws(ConvolutionError) -> Conv2D {
    let taps = (0..<channels).flatMap { _ in stencils.flatMap(\.taps) }
    return try Conv2D(
      weights: Tensor(
        taps, shape: [channels * stencils.count, 1, stencils[0].rows, stencils[0].columns]),
      groups: channels, padding: .same, border: border)
  }
}
