import Convolution
import Foundation
import Testing

@testable import LayerCases

/// ONNX's attributes of ConvTranspose, in the sense of its specification and in onnxruntime's.
struct ONNXTransposedTests {
  // MARK: - ONNX's own tests

  /// A node test of ONNX. Fixtures/README.md describes the file.
  private struct NodeTest: Decodable {
    let id: String
    let stride, dilation: [Int]
    let groups: Int
    let autoPad: String?
    let pads, outputPadding, outputShape: [Int]?
    let x, w, y: [Float]
    let xShape, wShape, yShape: [Int]

    struct File: Decodable {
      let cases: [NodeTest]
    }

    static func all() throws -> [NodeTest] {
      let file = try #require(
        Bundle.module.url(
          forResource: "onnx-transposed", withExtension: "json", subdirectory: "Fixtures"))
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      return try decoder.decode(File.self, from: Data(contentsOf: file)).cases
    }
  }

  @Test(arguments: Layout.allCases, TransposedPadding.Sense.allCases)
  func nodeTestsPass(layout: Layout, sense: TransposedPadding.Sense) throws {
    let tests = try NodeTest.all()
    #expect(tests.count == 11)
    for test in tests {
      let transposed = TransposedCase(
        inputShape: test.xShape, weightShape: test.wShape, stride: test.stride,
        dilation: test.dilation, groups: test.groups,
        padding: try .onnx(
          autoPad: test.autoPad ?? "NOTSET", pads: test.pads ?? [],
          outputPadding: test.outputPadding ?? [], outputShape: test.outputShape, sense: sense),
        x: test.x, w: test.w)
      let plan = try transposed.layer().plan(
        for: arrange(shape: test.xShape, in: layout), layout: layout)
      #expect(plan.outputShape == arrange(shape: test.yShape, in: layout), "\(test.id)")
      expectSame(
        try transposed.run(plan, shape: test.yShape), test.y, by: .values, "\(test.id) \(layout)")
    }
  }

  // MARK: - Where the two senses agree, and where they differ

  /// What is made of the inputs 1, 2, 3 and the weights 1, 10, 100, ... by ONNX's reference evaluator 1.23, and by
  /// onnxruntime 1.32 where that is something else.
  struct Reading: CustomTestStringConvertible, Sendable {
    var kernel = 3
    var stride = 2
    var dilation = 1
    var autoPad = "NOTSET"
    var outputPadding: [Int] = []
    var outputShape: [Int]?
    let specification: [Float]
    var onnxruntime: [Float]?

    var testDescription: String {
      "kernel \(kernel) stride \(stride) dilation \(dilation) \(autoPad) output padding \(outputPadding) output shape "
        + "\(outputShape ?? [])"
    }
  }

  private static let readings = [
    // auto_pad, the kernel no shorter than the stride.
    Reading(autoPad: "SAME_UPPER", specification: [1, 10, 102, 20, 203, 30]),
    Reading(autoPad: "SAME_LOWER", specification: [10, 102, 20, 203, 30, 300]),
    Reading(autoPad: "VALID", specification: [1, 10, 102, 20, 203, 30, 300]),
    Reading(kernel: 4, stride: 1, autoPad: "SAME_UPPER", specification: [12, 123, 1230]),
    Reading(kernel: 4, stride: 1, autoPad: "SAME_LOWER", specification: [123, 1230, 2300]),
    Reading(kernel: 4, autoPad: "SAME_UPPER", specification: [10, 102, 1020, 203, 2030, 300]),
    Reading(kernel: 4, autoPad: "SAME_LOWER", specification: [10, 102, 1020, 203, 2030, 300]),
    Reading(dilation: 2, autoPad: "SAME_UPPER", specification: [0, 12, 0, 123, 0, 230]),
    Reading(autoPad: "SAME_UPPER", outputPadding: [1], specification: [10, 102, 20, 203, 30, 300]),
    // The kernel shorter than the stride.
    Reading(
      kernel: 2, stride: 3, autoPad: "SAME_UPPER", specification: [0, 1, 10, 0, 2, 20, 0, 3, 30],
      onnxruntime: [1, 10, 0, 2, 20, 0, 3, 30]),
    Reading(
      kernel: 2, stride: 3, autoPad: "SAME_LOWER", specification: [1, 10, 0, 2, 20, 0, 3, 30, 0],
      onnxruntime: [1, 10, 0, 2, 20, 0, 3, 30]),
    Reading(kernel: 2, stride: 3, autoPad: "VALID", specification: [1, 10, 0, 2, 20, 0, 3, 30]),
    Reading(
      kernel: 2, stride: 3, autoPad: "SAME_UPPER", outputPadding: [1],
      specification: [1, 10, 0, 2, 20, 0, 3, 30, 0]),
    Reading(
      kernel: 1, autoPad: "SAME_UPPER", specification: [0, 1, 0, 2, 0, 3],
      onnxruntime: [1, 0, 2, 0, 3]),
    Reading(
      kernel: 1, stride: 4, autoPad: "SAME_UPPER",
      specification: [0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0],
      onnxruntime: [1, 0, 0, 0, 2, 0, 0, 0, 3]),
    Reading(
      kernel: 1, stride: 4, autoPad: "SAME_LOWER",
      specification: [0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0],
      onnxruntime: [1, 0, 0, 0, 2, 0, 0, 0, 3]),
    // An output shape smaller than the full output. Without auto_pad, the reference evaluator refuses it; the
    // specification's equations are those that onnxruntime follows.
    Reading(outputShape: [6], specification: [10, 102, 20, 203, 30, 300]),
    Reading(outputShape: [4], specification: [102, 20, 203, 30]),
    Reading(outputPadding: [1], outputShape: [5], specification: [102, 20, 203, 30, 300]),
    Reading(autoPad: "SAME_UPPER", outputShape: [5], specification: [10, 102, 20, 203, 30]),
    Reading(autoPad: "SAME_UPPER", outputShape: [4], specification: [10, 102, 20, 203]),
    Reading(autoPad: "SAME_LOWER", outputShape: [4], specification: [102, 20, 203, 30]),
    // A larger one. More than stride - 1 outputs after the last are refused by onnxruntime, not here.
    Reading(outputShape: [8], specification: [1, 10, 102, 20, 203, 30, 300, 0]),
    Reading(
      outputPadding: [1], outputShape: [8], specification: [1, 10, 102, 20, 203, 30, 300, 0]),
    Reading(
      autoPad: "SAME_UPPER", outputShape: [8], specification: [0, 1, 10, 102, 20, 203, 30, 300],
      onnxruntime: [1, 10, 102, 20, 203, 30, 300, 0]),
    Reading(
      autoPad: "SAME_UPPER", outputShape: [10],
      specification: [0, 0, 1, 10, 102, 20, 203, 30, 300, 0],
      onnxruntime: [1, 10, 102, 20, 203, 30, 300, 0, 0, 0]),
    Reading(
      autoPad: "SAME_LOWER", outputShape: [10],
      specification: [0, 1, 10, 102, 20, 203, 30, 300, 0, 0],
      onnxruntime: [1, 10, 102, 20, 203, 30, 300, 0, 0, 0]),
  ]

  @Test(arguments: readings)
  func eachSenseIsThatOfItsEngine(reading: Reading) throws {
    let weights = (0..<reading.kernel).map { [1, 10, 100, 1000][$0] as Float }
    for sense in TransposedPadding.Sense.allCases {
      let differing = sense == .onnxruntime ? reading.onnxruntime : nil
      let layer = try TransposedConv1D(
        weights: Tensor(weights, shape: [1, 1, reading.kernel]), stride: reading.stride,
        dilation: reading.dilation,
        padding: .onnx(
          autoPad: reading.autoPad, outputPadding: reading.outputPadding,
          outputShape: reading.outputShape, sense: sense))
      for layout in Layout.allCases {
        let x = try Tensor([1, 2, 3], shape: arrange(shape: [1, 1, 3], in: layout))
        #expect(
          try layer(x, layout: layout).elements == differing ?? reading.specification,
          "\(sense) \(layout)")
      }
    }
  }
}
