import Foundation
import Glibc
import SwiftProtobuf
import TestSupport
import Testing

@testable import ConvolutionGraph

/// Files that are not what they should be: reading ends in an error or a network, soon, and in little memory.
struct MalformedFileTests {
  @Test func graphsThatLieInEachOtherHaveALimit() throws {
    func nested(_ depth: Int) -> ONNXModel {
      var graph = ONNXGraph()
      for _ in 0..<depth {
        graph = .with { $0.node = [ONNXNode("If", [], ["a"], [ONNXAttribute("body", graph)])] }
      }
      return ONNXModel { $0 = graph }
    }
    expectError(.unsupported) { _ = try nested(20).network() }
    expectError(.malformedFile, ["graphs in each other"]) { _ = try nested(40).network() }
  }

  /// The content of a field, behind its number and length.
  private func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
    [number << 3 | 2] + varints([Int64(content.count)]) + content
  }

  @Test func manySmallFieldsThatWouldTakeMuchMemoryAreAnError() throws {
    let opset: [UInt8] = field(8, [16, 17])
    let count = 1 << 16
    func expectMalformed(_ graph: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) {
      expectError(.malformedFile, sourceLocation: sourceLocation) {
        _ = try Network(onnx: opset + field(7, graph))
      }
    }
    let empty = (0..<count).flatMap { _ in [10, 0] as [UInt8] }
    let operation = field(4, Array("Conv".utf8))
    // Nodes, inputs, attributes, dimensions and names of which nothing is said.
    expectMalformed(empty)
    expectMalformed(field(1, operation + empty))
    expectMalformed(field(1, operation + (0..<count).flatMap { _ in [42, 0] as [UInt8] }))
    expectMalformed(field(5, field(1, Array(repeating: 1, count: count))))
    expectMalformed(field(11, field(2, field(1, field(2, empty)))))
    expectMalformed(field(1, operation + field(5, field(8, Array(repeating: 1, count: count)))))
  }

  @Test func sizesWhoseSumsNoIntegerHoldsAreErrors() throws {
    func expectMismatch(
      _ shape: [Int64], _ node: ONNXNode, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let model = try ONNXModel {
        $0.node = [node]
        $0.input = [ONNXValueInfo("x", shape)]
        $0.output = [ONNXValueInfo("y", shape)]
      }
      expectError(.shapeMismatch, sourceLocation: sourceLocation) { _ = try model.network() }
    }
    try expectMismatch(
      [1 << 60, 1], ONNXNode("Concat", Array(repeating: "x", count: 9), ["y"], [.init("axis", 0)]))
    try expectMismatch([1 << 33, 1 << 32], ONNXNode("Size", ["x"], ["y"]))
    try expectMismatch(
      [1, 3, 1 << 33, 1 << 33],
      ONNXNode("SpaceToDepth", ["x"], ["y"], [.init("blocksize", 1 << 31)]))
    // Extents of tensors without elements have sums too.
    try expectMismatch(
      [1 << 60, 0], ONNXNode("Concat", Array(repeating: "x", count: 9), ["y"], [.init("axis", 0)]))
  }

  @Test func plansForMoreThanAnyMemoryAreErrors() throws {
    var small = SmallNetwork()
    small.output(small.convolution(small.input("x", [nil, 4, nil, nil])))
    let network = try small.network()
    expectError(.shapeMismatch, ["bytes"]) {
      _ = try network.plan(inputs: ["x": [1 << 24, 4, 1 << 15, 1 << 15]])
    }
  }

  @Test func constantsThatGrowFromNodeToNodeTakeLittleMemory() async {
    await #expect(processExitsWith: .success) {
      // 2 to the 30th as many elements as the file has, and 20 MB of zeros.
      let doubled = try ONNXModel {
        $0.initializer = [ONNXTensor("x0", Array(repeating: 1, count: 1024), [1024])]
        $0.node = (0..<30).map {
          ONNXNode("Concat", ["x\($0)", "x\($0)"], ["x\($0 + 1)"], [ONNXAttribute("axis", 0)])
        }
        $0.output = [ONNXValueInfo("x30", [nil])]
      }.bytes
      let zeros = try ONNXModel {
        $0.initializer = [ONNXTensor("shape", type: 7, [1]) { $0.int64Data = varints([1 << 14]) }]
        $0.node = (0..<320).map { ONNXNode("ConstantOfShape", ["shape"], ["y\($0)"]) }
        $0.output = (0..<320).map { ONNXValueInfo("y\($0)", [nil]) }
      }.bytes
      for file in [doubled, zeros] {
        try limitMemory(to: 4 * file.count + 8 << 20)
        _ = try Network(onnx: file)
      }
    }
  }

  @Test func aMutatedFileIsReadOrAnErrorInLittleMemory() async {
    // In a process of its own, whose memory has a limit: more ends in `.outOfMemory`, or is a crash.
    await #expect(processExitsWith: .success) {
      var random = SplitMix64(seed: 7)
      for path in try smallModels() {
        let file = [UInt8](try Data(contentsOf: URL(filePath: path)))
        try limitMemory(to: 4 * file.count + 8 << 20)
        for _ in 0..<200 {
          var bytes = file
          for _ in 0..<Int.random(in: 1...3, using: &random) { mutate(&bytes, &random) }
          do throws(NetworkError) {
            _ = try Network(onnx: bytes)
          } catch {
            #expect(error.code != .outOfMemory)
          }
        }
      }
    }
  }

  @Test func aMutatedFileOfLargeWeightsTakesNoMoreThanFourTimesItsSize() async {
    await #expect(processExitsWith: .success) {
      let (count, integers) = (4 << 20, 1 << 16)
      let file = try ONNXModel {
        $0.node = [ONNXNode("Conv", ["x", "w"], ["y"])]
        $0.initializer = [
          ONNXTensor("w", Array(repeating: 1, count: count), [Int64(count)]),
          ONNXTensor("n", type: 7, [Int64(integers)]) {
            $0.int64Data = Data(repeating: 1, count: integers)
          },
        ]
        $0.input = [ONNXValueInfo("x", [1])]
        $0.output = [ONNXValueInfo("y", [1])]
      }.bytes
      // What is large in the file is its elements: the messages around them are mutated.
      let starts = [0..<80, 4 * count + 16..<4 * count + 100, file.count - 60..<file.count]
      var random = SplitMix64(seed: 8)
      try limitMemory(to: 4 * file.count + 8 << 20)
      for _ in 0..<50 {
        var bytes = file
        let place = Int.random(in: starts.randomElement(using: &random)!, using: &random)
        bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        do throws(NetworkError) {
          _ = try Network(onnx: bytes)
        } catch {
          #expect(error.code != .outOfMemory)
        }
      }
    }
  }
}

/// A model with weights, and several of one node.
private func smallModels() throws -> [String] {
  let resources = try #require(Bundle.module.resourcePath)
  return [
    "/Models/mtcnn_pnet", "/Nodes/test_conv_with_autopad_same", "/Nodes/test_maxpool_2d_ceil",
    "/Nodes/test_resize_upsample_scales_cubic_asymmetric", "/Nodes/test_convtranspose_output_shape",
    "/Nodes/test_constant_pad_axes",
  ].map { resources + $0 + "/model.onnx" }
}

/// One change of the kinds that break files.
func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
  guard !bytes.isEmpty else { return }
  let place = Int.random(in: bytes.indices, using: &random)
  let end = Int.random(in: place...min(place + 64, bytes.count), using: &random)
  switch Int.random(in: 0..<6, using: &random) {
  case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
  case 1: bytes.removeSubrange(place...)
  case 2: bytes.removeSubrange(place..<end)
  case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
  case 4: bytes[place] = .random(in: 0...255, using: &random)
  default:
    // A length or number of any size.
    let shift = Int.random(in: 0..<64, using: &random)
    let value = Int64.random(in: .min ... .max, using: &random) >> shift
    bytes.replaceSubrange(place...place, with: varints([value]))
  }
}
