import Convolution
import Foundation
import Testing

@testable import ConvolutionGraph

/// A layer and its exact result by another library: the fixtures of ConvolutionTests, as networks.
struct LayerFixture: Decodable {
  let id: String
  private let op: String
  private let x, w: [Float]
  private let b: [Float]?
  private let xShape, wShape, stride, dilation: [Int]
  private let groups: Int
  private let padding: String
  private let pads: [[Int]]?
  private let border: String?
  private let borderPerAxis: [String]?
  private let borderValue: Float?
  private let outputPadding: [Int]?
  let y: [Float]
  let yShape: [Int]

  private struct File: Decodable {
    let cases: [LayerFixture]
  }

  static let frameworks = ["keras", "numpy", "onnx", "tensorflow", "torch"]

  static func cases(of framework: String) throws -> [LayerFixture] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "ConvolutionTests/Fixtures")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let data = try Data(contentsOf: folder.appending(path: "\(framework).json"))
    return try decoder.decode(File.self, from: data).cases
  }

  var input: NetworkTensor { get throws { try NetworkTensor(x, shape: xShape) } }

  func network() throws -> Network {
    let weights = try Tensor(w, shape: wShape)
    let bias = try b.map { try Tensor($0, shape: [$0.count]) }
    let rank = stride.count
    let amounts = (pads ?? []).map { PaddingAmount(before: $0[0], after: $0[1]) }
    if op == "conv_transpose" {
      let padding: TransposedPadding =
        padding == "explicit"
        ? .explicit(amounts, outputPadding: outputPadding ?? []) : try .keras(padding)
      return try Network(
        layer: TransposedLayer(
          rank: rank, weights: weights, bias: bias, stride: stride, dilation: dilation,
          groups: groups, padding: padding))
    }
    let words = ["same_lower": "same-lower", "torch_same": "torch-same"]
    let convention =
      padding == "explicit" ? .explicit(amounts) : Padding(words[padding] ?? padding)
    let borders = borderPerAxis ?? stride.map { _ in border ?? "zeros" }
    return try Network(
      layer: ConvolutionLayer(
        rank: rank, weights: weights, bias: bias, stride: stride, dilation: dilation,
        groups: groups, padding: #require(convention),
        border: borders.map {
          try #require(Border($0 == "constant" ? "constant:\(borderValue ?? 0)" : $0))
        }))
  }
}
