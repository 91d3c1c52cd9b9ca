import Foundation
import Testing

@testable import ConvolutionGraph

struct ResizeTests {
  private func resize(
    _ x: [Float], opset: Int = 19, scale: Float? = nil, size: Int64? = nil, roi: [Float]? = nil,
    _ attributes: [String: NodeReader.Attribute] = [:]
  ) throws -> [Float] {
    try ArrangingCase(
      "Resize", opset: opset, attributes,
      [
        NetworkTensor(x, shape: [x.count]), roi.map { try NetworkTensor($0, shape: [2]) },
        scale.map { try NetworkTensor([$0], shape: [1]) }, size.map { try .integers([$0]) },
      ]
    ).output().floats
  }

  private func linear(_ coordinates: String) -> [String: NodeReader.Attribute] {
    ["mode": .string("linear"), "coordinate_transformation_mode": .string(coordinates)]
  }

  private func areClose(_ a: [Float], _ b: [Double]) -> Bool {
    let tolerance = 2e-6 * (b.map(abs).max() ?? 0)
    return a.count == b.count && zip(a, b).allSatisfy { abs(Double($0) - $1) < tolerance }
  }

  // MARK: Coordinates

  @Test func centresLieOnCentres() throws {
    // At -0.25, 0.25, 0.75 and 1.25.
    #expect(try resize([10, 20], scale: 2, linear("half_pixel")) == [10, 12.5, 17.5, 20])
  }

  @Test func cornersLieOnCorners() throws {
    #expect(try resize([10, 20, 40], size: 5, linear("align_corners")) == [10, 15, 20, 30, 40])
    #expect(try resize([10, 20, 40], size: 1, linear("align_corners")) == [10])
  }

  @Test func firstSamplesLieOnFirstSamples() throws {
    #expect(try resize([10, 20], scale: 2, linear("asymmetric")) == [10, 15, 20, 20])
  }

  @Test func singleOutputsOfPyTorchLieAtTheFirstSample() throws {
    #expect(try resize([10, 20, 30, 40], size: 1, linear("pytorch_half_pixel")) == [10])
    #expect(try resize([10, 20, 30, 40], size: 1, linear("half_pixel")) == [25])
  }

  @Test func roundedExtentsLieAboutTheMiddle() throws {
    // 4 samples to 2.4, rounded to 2: about 1.5, at a distance of 1 / 0.6.
    let y = try resize([1, 2, 3, 4], scale: 0.6, linear("half_pixel_symmetric"))
    #expect(areClose(y, [2.5 - 0.5 / 0.6, 2.5 + 0.5 / 0.6]))
  }

  @Test func partsMayReachOutOfTheInput() throws {
    var attributes = linear("tf_crop_and_resize")
    attributes["extrapolation_value"] = .float(-1)
    // At 1.5, 3 and 4.5; turned round at 3, 1.5 and 0.
    let x: [Float] = [10, 20, 30, 40]
    #expect(try resize(x, size: 3, roi: [0.5, 1.5], attributes) == [25, 40, -1])
    #expect(try resize(x, size: 3, roi: [1, 0], attributes) == [40, 25, 10])
    #expect(try resize(x, size: 1, roi: [0, 1], attributes) == [25])
    #expect(throws: NetworkError.self) { try resize(x, size: 3, attributes) }
  }

  // MARK: What is read there

  @Test(
    arguments: [
      ("floor", [1, 1, 2, 2]), ("ceil", [1, 2, 2, 2]), ("round_prefer_floor", [1, 1, 2, 2]),
      ("round_prefer_ceil", [1, 2, 2, 2]),
    ] as [(String, [Float])])
  func nearestSamplesAreRoundedAsAsked(rounding: String, expected: [Float]) throws {
    // At 0, 0.5, 1 and 1.5.
    let attributes: [String: NodeReader.Attribute] = [
      "coordinate_transformation_mode": .string("asymmetric"), "nearest_mode": .string(rounding),
    ]
    #expect(try resize([1, 2], scale: 2, attributes) == expected)
  }

  @Test(arguments: [-0.75, -0.5], [false, true])
  func cubicIsKeysConvolution(a: Double, excludesOutside: Bool) throws {
    let x: [Float] = [3, -1, 4, 1, -5, 9]
    func weight(_ distance: Double) -> Double {
      let d = abs(distance)
      if d <= 1 { return (a + 2) * pow(d, 3) - (a + 3) * pow(d, 2) + 1 }
      return d < 2 ? a * pow(d, 3) - 5 * a * pow(d, 2) + 8 * a * d - 4 * a : 0
    }
    let expected = (0..<12).map { output in
      let place = (Double(output) + 0.5) / 2 - 0.5
      var (sum, weights) = (0.0, 0.0)
      for sample in -3..<9 where !excludesOutside || x.indices.contains(sample) {
        let weight = weight(Double(sample) - place)
        sum += weight * Double(x[min(max(sample, 0), 5)])
        weights += weight
      }
      return sum / weights
    }
    let y = try resize(
      x, scale: 2,
      [
        "mode": .string("cubic"), "cubic_coeff_a": .float(Float(a)),
        "exclude_outside": .integer(excludesOutside ? 1 : 0),
      ])
    #expect(areClose(y, expected))
  }

  @Test func antialiasedOutputsAreMadeOfAllTheirSamples() throws {
    // Weights 1, 3, 3, 1 of 8, the first and last sample repeated.
    let attributes: [String: NodeReader.Attribute] = [
      "mode": .string("linear"), "antialias": .integer(1),
    ]
    let y = try resize([1, 2, 3, 4, 5, 6, 7, 16], scale: 0.5, attributes)
    #expect(areClose(y, [1.625, 3.5, 5.5, 11.375]))
    #expect(throws: NetworkError.self) { try resize([1], scale: 1, ["antialias": .integer(1)]) }
  }

  @Test func axesAreResampledOneByOne() throws {
    let x = try NetworkTensor.counting([2, 3, 4, 5])
    let attributes: [String: NodeReader.Attribute] = ["mode": .string("cubic")]
    func resize(_ x: NetworkTensor, _ sizes: [Int64]) throws -> NetworkTensor {
      try ArrangingCase("Resize", attributes, [x, nil, nil, .integers(sizes)]).output()
    }
    let together = try resize(x, [4, 3, 7, 9])
    let one = try resize(resize(resize(x, [2, 3, 4, 9]), [2, 3, 7, 9]), [4, 3, 7, 9])
    #expect(together.shape == [4, 3, 7, 9])
    #expect(areClose(together.floats, one.floats.map(Double.init)))
    #expect(try resize(x, [2, 3, 4, 5]) == x)
  }

  @Test func bytesAreTakenWhole() throws {
    let x = try NetworkTensor([1, 2, 3, 4] as [UInt8], shape: [2, 2])
    let scales = try NetworkTensor([2, 1.5] as [Float], shape: [2])
    #expect(
      try ArrangingCase("Resize", [x, nil, scales]).output()
        == NetworkTensor([1, 1, 2, 1, 1, 2, 3, 3, 4, 3, 3, 4] as [UInt8], shape: [4, 3]))
    let linear = try ArrangingCase("Resize", ["mode": .string("linear")], [x, nil, scales])
    #expect(throws: NetworkError.self) { try linear.outputTypes }
  }

  // MARK: Extents

  @Test(arguments: [
    ("stretch", [1, 14, 9]), ("not_larger", [1, 9, 9]), ("not_smaller", [1, 14, 14]),
  ])
  func proportionsAreKeptWhereAsked(policy: String, expected: [Int]) throws {
    let attributes: [String: NodeReader.Attribute] = [
      "keep_aspect_ratio_policy": .string(policy), "axes": .integers([1, -1]),
    ]
    let node = try ArrangingCase(
      "Resize", attributes, [.counting([1, 4, 4]), nil, nil, .integers([14, 9])])
    #expect(try node.output().shape == expected)
  }

  @Test func scalesHaveThePrecisionOfTheFile() throws {
    #expect(try resize(Array(repeating: 1, count: 10), scale: 0.7).count == 7)
  }

  @Test func earlierVersionsAreAlike() throws {
    let x = try NetworkTensor([1, 2, 3, 4] as [Float], shape: [4])
    let (more, fewer) = try (
      NetworkTensor([1.5] as [Float], shape: [1]), NetworkTensor([0.6] as [Float], shape: [1])
    )
    #expect(try ArrangingCase("Resize", opset: 10, [x, fewer]).output().floats == [1, 3])
    let upsampled: [Float] = [1, 1, 2, 3, 3, 4]
    #expect(try ArrangingCase("Resize", opset: 10, [x, more]).output().floats == upsampled)
    #expect(try ArrangingCase("Upsample", opset: 9, [x, more]).output().floats == upsampled)
    #expect(
      try ArrangingCase("Upsample", opset: 7, ["scales": .floats([1.5])], [x]).output().floats
        == upsampled)
  }

  @Test func sizesThatMakeNoSenseThrow() throws {
    for scale in [0, -1, .nan, .infinity] as [Float] {
      #expect(throws: NetworkError.self) { try resize([1, 2], scale: scale) }
    }
    #expect(throws: NetworkError.self) { try resize([1, 2], scale: 2, size: 4) }
    #expect(throws: NetworkError.self) { try resize([1, 2]) }
    #expect(throws: NetworkError.self) { try resize([1, 2], size: -1) }
    #expect(throws: NetworkError.self) { try resize([], size: 1) }
    #expect(try resize([], scale: 2) == [])
    #expect(try resize([1, 2], size: 0) == [])
    #expect(
      try resize([1], scale: 0.5, ["mode": .string("linear"), "antialias": .integer(1)]) == [])
  }
}
