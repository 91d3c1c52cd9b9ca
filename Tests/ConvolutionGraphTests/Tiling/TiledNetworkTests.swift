import Convolution
import Foundation
import TestSupport
import Testing

@testable import ConvolutionGraph

/// Images in rectangles are images in one piece.
struct TiledNetworkTests {
  /// Expects the same for rectangles of several sizes. Samples are sixteenths: with weights like that every sum is exact, in
  /// any order, and all bits are the same; of other weights rounding is let pass.
  private func expectSame(
    _ network: Network, _ shape: [Int], axes: (rows: Int, columns: Int) = (2, 3), _ extents: [Int],
    isExact: Bool = true, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let name = network.inputs[0].name
    var generator = SplitMix64(seed: 7)
    let x = try NetworkTensor(
      (0..<shape.reduce(1, *)).map { _ in Float(Int.random(in: 0...16, using: &generator)) / 16 },
      shape: shape)
    let planner = Planner(threads: 2, accuracy: .exactOrder)
    let whole = try network.plan(inputs: [name: shape], with: planner).run([name: x])
    for extent in extents {
      let tiled = try TiledNetwork(
        network, inputs: [name: shape], tiling: name, axes: axes, extent: extent, with: planner)
      let most = max(shape[axes.rows], shape[axes.columns])
      #expect((tiled.tileCount > 1) == (extent < most), sourceLocation: sourceLocation)
      var seen: [Int] = []
      let parts = try tiled.run([name: x]) { seen.append($0) }
      #expect(seen == Array(0..<tiled.tileCount))
      for (output, tensor) in whole {
        let (y, whole) = (parts[output]!.floats, tensor.floats)
        let most = isExact ? 0 : 1e-5 * whole.map(abs).max()!
        #expect(parts[output]!.type == tensor.type, sourceLocation: sourceLocation)
        #expect(
          zip(y, whole).allSatisfy { abs($0 - $1) <= most }, "\(output) in tiles of \(extent)",
          sourceLocation: sourceLocation)
      }
    }
  }

  private func model(_ name: String) throws -> Network {
    try Network(
      contentsOf: Bundle.module.resourceURL!.appending(path: "Models/\(name)/model.onnx").path)
  }

  // MARK: - Networks

  @Test func upscaling() throws {
    try expectSame(
      model("waifu2x_upconv7_photo_2x"), [1, 3, 53, 71], [32, 40, 71], isExact: false)
  }

  @Test func mosaics() throws {
    try expectSame(model("demosaicnet_bayer"), [1, 3, 98, 134], [80, 100], isExact: false)
  }

  @Test func channelsLastWithPools() throws {
    try expectSame(
      model("mtcnn_pnet"), [1, 75, 64, 3], axes: (1, 2), [24, 31, 75], isExact: false)
  }

  // MARK: - Operators

  /// A network of 2 channels, layer by layer.
  private func network(
    _ nodes: [ONNXNode], _ weights: [ONNXTensor] = [], output: String = "y"
  ) throws -> Network {
    try ONNXModel {
      $0.node = nodes
      $0.initializer = weights
      $0.input = [ONNXValueInfo("x", [1, 2, nil, nil])]
      $0.output = [ONNXValueInfo(output, [nil, nil, nil, nil])]
    }.network()
  }

  private func weights(_ name: String, _ shape: [Int64]) -> ONNXTensor {
    let values = (0..<shape.reduce(1, *)).map { Float($0 * 37 % 23 - 11) / 16 }
    return ONNXTensor(name, values, shape)
  }

  private func integers(_ name: String, _ values: [Int64]) -> ONNXTensor {
    ONNXTensor(name, type: 7, [Int64(values.count)]) { $0.rawData = littleEndian(values) }
  }

  @Test(arguments: [
    [ONNXAttribute("pads", [1, 2, 0, 1])],
    [ONNXAttribute("pads", [2, 2, 2, 2]), ONNXAttribute("strides", [2, 3])],
    [ONNXAttribute("dilations", [3, 2])],
    [ONNXAttribute("auto_pad", "SAME_UPPER")],
    [ONNXAttribute("auto_pad", "SAME_LOWER")],
  ])
  func convolutions(attributes: [ONNXAttribute]) throws {
    let network = try network(
      [ONNXNode("Conv", ["x", "w"], ["y"], attributes)], [weights("w", [3, 2, 3, 3])])
    try expectSame(network, [1, 2, 37, 29], [12, 13, 20])
  }

  @Test(arguments: [
    [ONNXAttribute("strides", [2, 2])],
    [ONNXAttribute("strides", [3, 2]), ONNXAttribute("pads", [1, 1, 2, 0])],
    [ONNXAttribute("dilations", [2, 2]), ONNXAttribute("output_padding", [0, 0])],
  ])
  func transposedConvolutions(attributes: [ONNXAttribute]) throws {
    let network = try network(
      [ONNXNode("ConvTranspose", ["x", "w"], ["y"], attributes)], [weights("w", [2, 3, 4, 3])])
    try expectSame(network, [1, 2, 23, 19], [7, 8, 12])
  }

  @Test(arguments: ["reflect", "edge", "constant"])
  func borders(mode: String) throws {
    let network = try network(
      [
        ONNXNode("Pad", ["x", "pads"], ["p"], [ONNXAttribute("mode", mode)]),
        ONNXNode("Conv", ["p", "w"], ["y"]),
      ], [integers("pads", [0, 0, 3, 2, 0, 0, 1, 4]), weights("w", [3, 2, 5, 5])])
    try expectSame(network, [1, 2, 31, 33], [14, 17])
  }

  @Test func poolsAndASkip() throws {
    let window = [ONNXAttribute("kernel_shape", [3, 3]), ONNXAttribute("strides", [2, 2])]
    let network = try network(
      [
        ONNXNode("MaxPool", ["x"], ["a"], window + [ONNXAttribute("ceil_mode", 1)]),
        ONNXNode(
          "AveragePool", ["a"], ["b"],
          [
            ONNXAttribute("kernel_shape", [3, 3]), ONNXAttribute("pads", [1, 1, 1, 1]),
          ]),
        ONNXNode("Concat", ["a", "b"], ["c"], [ONNXAttribute("axis", 1)]),
        ONNXNode("Softmax", ["c"], ["y"], [ONNXAttribute("axis", 1)]),
      ])
    try expectSame(network, [1, 2, 45, 38], [12, 17, 21])
  }

  @Test func resampledAndRearranged() throws {
    let scales = ONNXTensor("scales", [1, 1, 2, 2] as [Float], [4])
    let network = try network(
      [
        ONNXNode("Conv", ["x", "w"], ["a"], [ONNXAttribute("pads", [1, 1, 1, 1])]),
        ONNXNode("Resize", ["a", "", "scales"], ["b"], [ONNXAttribute("mode", "linear")]),
        ONNXNode("DepthToSpace", ["b"], ["c"], [ONNXAttribute("blocksize", 2)]),
        ONNXNode("Slice", ["c", "from", "to", "axes"], ["d"]),
        ONNXNode("Transpose", ["d"], ["y"], [ONNXAttribute("perm", [0, 3, 2, 1])]),
      ],
      [
        weights("w", [4, 2, 3, 3]), scales, integers("from", [3, 2]), integers("to", [-5, -1]),
        integers("axes", [2, 3]),
      ])
    try expectSame(network, [1, 2, 19, 26], [8, 11])
  }

  @Test func madeSmaller() throws {
    let scales = ONNXTensor("scales", [1, 1, 0.5, 0.5] as [Float], [4])
    let network = try network(
      [
        ONNXNode("Conv", ["x", "w"], ["a"], [ONNXAttribute("pads", [1, 1, 1, 1])]),
        ONNXNode("Resize", ["a", "", "scales"], ["y"], [ONNXAttribute("mode", "linear")]),
      ], [weights("w", [4, 2, 3, 3]), scales])
    try expectSame(network, [1, 2, 38, 44], [10, 16])
  }

  // MARK: - What is refused

  @Test(arguments: [
    ONNXNode("GlobalAveragePool", ["x"], ["y"]),
    ONNXNode("Softmax", ["x"], ["y"], [ONNXAttribute("axis", 3)]),
    ONNXNode("Concat", ["x", "x"], ["y"], [ONNXAttribute("axis", 2)]),
    ONNXNode("Flatten", ["x"], ["y"]),
    ONNXNode("Pad", ["x", "pads"], ["y"], [ONNXAttribute("mode", "wrap")]),
  ])
  func whatSeesMoreThanAPart(node: ONNXNode) throws {
    var node = node
    node.name = "whole"
    let network = try network([node], [integers("pads", [0, 0, 1, 1, 0, 0, 1, 1])])
    let error = #expect(throws: NetworkError.self) {
      try TiledNetwork(
        network, inputs: ["x": [1, 2, 40, 40]], tiling: "x", axes: (2, 3), extent: 16)
    }
    #expect(error?.description.contains("whole") == true || node.opType == "Pad", "\(error!)")
  }

  @Test func aRealNetworkThatPoolsTheWholeImage() throws {
    let network = try model("ch_PP-OCRv4_det_infer")
    let error = #expect(throws: NetworkError.self) {
      try TiledNetwork(
        network, inputs: ["x": [1, 3, 128, 128]], tiling: "x", axes: (2, 3), extent: 64)
    }
    #expect(error?.code == .unsupported)
    #expect(error?.received == "GlobalAveragePool")
  }

  @Test func tilesThatAreTooSmall() throws {
    let network = try network(
      [ONNXNode("Conv", ["x", "w"], ["y"])], [weights("w", [3, 2, 9, 9])])
    let error = #expect(throws: NetworkError.self) {
      try TiledNetwork(
        network, inputs: ["x": [1, 2, 40, 40]], tiling: "x", axes: (2, 3), extent: 6)
    }
    #expect(error != nil)
  }
}
