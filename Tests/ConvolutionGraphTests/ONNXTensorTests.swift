import Foundation
import Testing

@testable import ConvolutionGraph

/// Tensors of ONNX files: every field that may hold elements, files beside the network's, and what makes no sense.
struct ONNXTensorTests {
  /// A tensor that came to be a constant of a graph.
  private func read(_ tensor: ONNXTensor) throws -> NetworkTensor {
    let network = try ONNXModel { $0.initializer = [tensor] }.network()
    return try #require(network.graph.values.first?.constant)
  }

  @Test func elementsMayBeRawOrInAFieldOfTheirType() throws {
    let floats: [Float] = [1, -2.5, .infinity, .leastNonzeroMagnitude, 0, 3]
    let expected = try NetworkTensor(floats, shape: [2, 3])
    #expect(try read(ONNXTensor("t", floats, [2, 3])) == expected)
    #expect(try read(ONNXTensor("t", [2, 3]) { $0.floatData = littleEndian(floats) }) == expected)

    let longs: [Int64] = [0, -1, 300, .max, .min]
    let long = try NetworkTensor(longs, shape: [5])
    #expect(try read(ONNXTensor("t", type: 7, [5]) { $0.rawData = littleEndian(longs) }) == long)
    #expect(try read(ONNXTensor("t", type: 7, [5]) { $0.int64Data = varints(longs) }) == long)

    let ints: [Int32] = [0, -1, 300, .max, .min]
    let int = try NetworkTensor(ints, shape: [5, 1])
    #expect(try read(ONNXTensor("t", type: 6, [5, 1]) { $0.rawData = littleEndian(ints) }) == int)
    #expect(
      try read(ONNXTensor("t", type: 6, [5, 1]) { $0.int32Data = varints(ints.map(Int64.init)) })
        == int)

    let bytes: [UInt8] = [0, 1, 127, 128, 255]
    let byte = try NetworkTensor(bytes, shape: [5])
    #expect(try read(ONNXTensor("t", type: 2, [5]) { $0.rawData = Data(bytes) }) == byte)
    #expect(
      try read(ONNXTensor("t", type: 2, [5]) { $0.int32Data = varints(bytes.map(Int64.init)) })
        == byte)

    let bools = try NetworkTensor([false, true, true], shape: [3])
    #expect(try read(ONNXTensor("t", type: 9, [3]) { $0.rawData = Data([0, 1, 2]) }) == bools)
    #expect(try read(ONNXTensor("t", type: 9, [3]) { $0.int32Data = varints([0, 1, 7]) }) == bools)
  }

  @Test func aTensorMayBeAScalarOrEmpty() throws {
    #expect(try read(ONNXTensor("t", [7], [])) == NetworkTensor([7] as [Float], shape: []))
    let empty = try NetworkTensor([] as [Float], shape: [2, 0])
    #expect(try read(ONNXTensor("t", [2, 0])) == empty)
    #expect(try read(ONNXTensor("t", [], [2, 0])) == empty)
  }

  @Test func elementsThatDoNotFitTheShapeAreErrors() {
    func expectMalformed(
      _ tensor: ONNXTensor, _ mentions: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) {
      expectError(
        .malformedFile, ["tensor \"t\""] + mentions, sourceLocation: sourceLocation
      ) { _ = try read(tensor) }
    }
    expectMalformed(ONNXTensor("t", [1, 2], [3]), "8 bytes", "3 elements, for float32 3")
    expectMalformed(ONNXTensor("t", [1, 2], []), "8 bytes")
    expectMalformed(ONNXTensor("t", [3]), "0 fields")
    expectMalformed(ONNXTensor("t", [1 << 40, 1 << 20]), "0 fields")
    expectMalformed(ONNXTensor("t", [1], [1 << 40]), "4 bytes")
    expectMalformed(
      ONNXTensor("t", [1]) {
        $0.rawData = littleEndian([1] as [Float])
        $0.floatData = $0.rawData
      }, "2 fields")
    expectMalformed(ONNXTensor("t", [1]) { $0.doubleData = littleEndian([1.0]) }, "field 10")
    expectMalformed(ONNXTensor("t", [1]) { $0.int32Data = varints([1]) }, "field 5")
    func int64(_ bytes: [UInt8], _ count: Int64) -> ONNXTensor {
      ONNXTensor("t", type: 7, [count]) { $0.int64Data = Data(bytes) }
    }
    expectMalformed(int64([1, 2], 3), "2 elements")
    expectMalformed(int64([1, 2], 1 << 59), "2 elements")
    expectMalformed(int64([1, 2, 128], 2), "half an integer")
    expectMalformed(int64(Array(repeating: 128, count: 11) + [1], 1), "too many bytes")
  }

  @Test func shapesThatMakeNoSenseAreErrors() {
    for dims: [Int64] in [[-1], [1 << 62, 4], [.max, .max], [1 << 61], [3, -3], [.min]] {
      expectError(.shapeMismatch, ["tensor \"t\"", "shape"]) {
        _ = try read(ONNXTensor("t", [1], dims))
      }
    }
  }

  // MARK: Files beside the network's

  /// Reads a network in a folder with `weights.bin`, the bytes 0, 1, 2 ... of which hold a tensor of two bytes.
  private func read(_ entries: [String: String]) throws -> NetworkTensor {
    var tensor: NetworkTensor?
    try withTemporaryFolder { folder in
      try Data((0..<40).map { UInt8($0) }).write(to: URL(filePath: folder + "/weights.bin"))
      let model = ONNXModel { graph in
        graph.initializer = [ONNXTensor("t", [2], in: entries)]
        graph.initializer[0].dataType = 2
      }
      try Data(model.bytes).write(to: URL(filePath: folder + "/model.onnx"))
      tensor = try Network(contentsOf: folder + "/model.onnx").graph.values.first?.constant
    }
    return try #require(tensor)
  }

  @Test func elementsMayBeInAFileBesideTheNetwork() throws {
    let file = ["location": "weights.bin"]
    func expect(_ entries: [String: String], _ bytes: [UInt8]) throws {
      let all = file.merging(entries) { _, entry in entry }
      #expect(try read(all) == NetworkTensor(bytes, shape: [2]))
    }
    try expect([:], [0, 1])
    try expect(["offset": "8"], [8, 9])
    try expect(["offset": "38", "length": "2", "checksum": "0"], [38, 39])
    try expect(["location": "./weights.bin"], [0, 1])
  }

  @Test func aFileOfWeightsThatIsMissingOrShortIsAnError() {
    func expectMalformed(
      _ entries: [String: String], _ mentions: String,
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      let all = ["location": "weights.bin"].merging(entries) { _, entry in entry }
      expectError(.malformedFile, ["tensor \"t\"", mentions], sourceLocation: sourceLocation) {
        _ = try read(all)
      }
    }
    expectMalformed(["location": "other.bin"], "other.bin")
    expectMalformed(["location": "."], "not a regular file")
    expectMalformed(["offset": "39"], "40 bytes, expected 2 at 39")
    expectMalformed(["offset": "\(Int.max)"], "40 bytes")
    expectMalformed(["offset": "-1"], "\"-1\"")
    expectMalformed(["offset": "many"], "\"many\"")
    expectMalformed(["length": "3"], "3 bytes")
    expectMalformed(["length": "99999999999999999999"], "99999999999999999999")
  }

  @Test(arguments: ["", "/etc/passwd", "../weights.bin", "a/../../weights.bin", ".."])
  func aFileOutsideTheFolderIsNotOpened(location: String) {
    expectError(.malformedFile, ["\"\(location)\"", "in the folder"]) {
      _ = try read(["location": location])
    }
  }

  @Test func bytesOfANetworkHaveNoFolder() {
    expectError(.malformedFile, ["\"weights.bin\"", "no folder"]) {
      _ = try read(ONNXTensor("t", [2], in: ["location": "weights.bin"]))
    }
  }

  // MARK: Constants

  @Test func constantNodesAreConstants() throws {
    func read(_ attribute: ONNXAttribute) throws -> NetworkTensor {
      let network = try ONNXModel {
        $0.node = [ONNXNode("Constant", [], ["c"], [attribute])]
        $0.output = [ONNXValueInfo("c", [])]
      }.network()
      #expect(network.graph.nodes.isEmpty)
      return try #require(network.graph.constant(network.graph.outputs[0].value))
    }
    let tensor = ONNXTensor("", [1, 2], [1, 2])
    #expect(
      try read(ONNXAttribute("value", tensor)) == NetworkTensor([1, 2] as [Float], shape: [1, 2]))
    #expect(
      try read(ONNXAttribute("value_float", float: 1.5))
        == NetworkTensor([1.5] as [Float], shape: []))
    #expect(
      try read(ONNXAttribute("value_floats", floats: [1.5, 2]))
        == NetworkTensor([1.5, 2] as [Float], shape: [2]))
    #expect(
      try read(ONNXAttribute("value_int", -3)) == NetworkTensor([-3] as [Int64], shape: [])
    )
    #expect(
      try read(ONNXAttribute("value_ints", [] as [Int64]))
        == NetworkTensor([] as [Int64], shape: [0]))
  }

  @Test func aFileOfOneTensorIsRead() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/input_0.pb"
      try ONNXTensor("x", [1, 2], [2]).serializedData().write(to: URL(filePath: path))
      #expect(
        try NetworkTensor(onnxTensorFile: path) == NetworkTensor([1, 2] as [Float], shape: [2]))
      try ONNXTensor("x", type: 10, [2]).serializedData().write(to: URL(filePath: path))
      expectError(.unsupported, [path, "float16"]) {
        _ = try NetworkTensor(onnxTensorFile: path)
      }
    }
  }
}
