import Convolution
import Foundation
import Testing

@testable import LayerCases

/// A convolution and its exact result by another library. Fixtures/README.md describes the files.
struct Fixture: Decodable {
  let id: String
  let op: String
  private let x, w: [Float]
  private let b: [Float]?
  private let xShape, wShape, stride, dilation: [Int]
  private let groups: Int
  private let padding: String?
  private let pads: [[Int]]?
  private let border: String?
  private let borderPerAxis: [String]?
  private let borderValue: Float?
  let y: [Float]
  let yShape: [Int]
  /// Gradients: of the output, and those by input, weights and bias that follow.
  let dy, dx, dw, db: [Float]?

  private struct File: Decodable {
    let cases: [Fixture]
  }

  private let outputPadding: [Int]?

  /// The cases of a framework's file: convolutions, or transposed ones.
  static func cases(of framework: String, _ op: String = "conv") throws -> [Fixture] {
    let file = try #require(
      Bundle.module.url(forResource: framework, withExtension: "json", subdirectory: "Fixtures"))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let cases = try decoder.decode(File.self, from: Data(contentsOf: file)).cases
    return cases.filter { $0.op == op }
  }

  var layerCase: LayerCase {
    get throws {
      let borders = borderPerAxis ?? Array(repeating: border ?? "zeros", count: stride.count)
      return try LayerCase(
        inputShape: xShape, weightShape: wShape, stride: stride, dilation: dilation,
        groups: groups,
        padding: resolvedPadding, border: borders.map(resolvedBorder), x: x, w: w, bias: b)
    }
  }

  var transposedCase: TransposedCase {
    get throws {
      let amounts = try pads.map {
        try $0.map { PaddingAmount(before: try #require($0.first), after: $0[1]) }
      }
      let padding: TransposedPadding =
        switch padding {
        case "valid": .valid
        case "same": .same
        case "explicit": .explicit(try #require(amounts), outputPadding: outputPadding ?? [])
        default: throw UnknownWord(word: padding ?? "")
        }
      return TransposedCase(
        inputShape: xShape, weightShape: wShape, stride: stride, dilation: dilation,
        groups: groups, padding: padding, x: x, w: w, bias: b)
    }
  }

  private var resolvedPadding: Padding {
    get throws {
      switch padding {
      case "valid": .valid
      case "same": .same
      case "same_lower": .sameLower
      case "torch_same": .sameTorch
      case "causal": .causal
      case "explicit", nil:
        .explicit(try #require(pads).map { PaddingAmount(before: $0[0], after: $0[1]) })
      default: throw UnknownWord(word: padding ?? "")
      }
    }
  }

  private func resolvedBorder(_ word: String) throws -> Border {
    switch word {
    case "zeros": .zeros
    case "constant": .constant(try #require(borderValue))
    case "replicate": .replicate
    case "reflect": .reflect
    case "symmetric": .symmetric
    case "circular": .circular
    default: throw UnknownWord(word: word)
    }
  }

  private struct UnknownWord: Error {
    let word: String
  }
}
