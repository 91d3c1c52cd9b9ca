import Convolution
import Foundation
import Testing

/// One of ONNX's own node tests of pooling. Fixtures/README.md describes the file.
struct PoolingFixture: Decodable {
  let id: String
  let op: String
  let x, y: [Float]
  let xShape, yShape: [Int]
  let indices: [Int64]?
  let outputShape: [Int]?
  private let kernelShape, strides, dilations, pads: [Int]?
  private let autoPad: String?
  private let ceilMode, countIncludePad, p, storageOrder: Int?

  private struct File: Decodable {
    let cases: [PoolingFixture]
  }

  static func cases() throws -> [PoolingFixture] {
    let file = try #require(
      Bundle.module.url(forResource: "pooling", withExtension: "json", subdirectory: "Fixtures"))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(File.self, from: Data(contentsOf: file)).cases
  }

  /// Whether indices count row by row, as ours do.
  var hasRowMajorIndices: Bool { indices != nil && storageOrder != 1 }

  /// What a correct result is off by at most: nothing for maxima, else a few roundings; one test's results are written
  /// with four decimals.
  var tolerance: Double {
    if op.hasSuffix("MaxPool") { return 0 }
    return id == "averagepool_2d_ceil_last_window_starts_on_pad"
      ? 1e-4 : 1e-6 * Double(y.map(abs).max()!)
  }

  func layer() throws -> PoolingLayer {
    let rank = xShape.count - 2
    let kind = try kind
    guard let kernelShape else { return try PoolingLayer(rank: rank, global: kind) }
    var padding = Padding.valid
    if let pads { padding = try .onnx(pads: pads) }
    if let autoPad { padding = try .onnx(autoPad: autoPad) }
    return try PoolingLayer(
      rank: rank, kind, kernel: kernelShape, stride: strides ?? Array(repeating: 1, count: rank),
      dilation: dilations ?? Array(repeating: 1, count: rank), padding: padding,
      ceilMode: ceilMode == 1)
  }

  private var kind: PoolingLayer.Kind {
    get throws {
      switch op {
      case "MaxPool", "GlobalMaxPool", "MaxUnpool": .max
      case "AveragePool", "GlobalAveragePool": .average(countsPadding: countIncludePad == 1)
      case "LpPool": .lp(p ?? 2)
      default: throw UnknownOperator(name: op)
      }
    }
  }

  private struct UnknownOperator: Error {
    let name: String
  }
}
