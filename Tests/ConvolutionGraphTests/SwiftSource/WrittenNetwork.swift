import ConvolutionFiles
import ConvolutionGraph

/// A network, as `convolve convert` wrote it.
///
/// Takes `x`, float32 of 1x4x8x8; gives `larger`, float32 of 1x2x8x8; `rest`, float32 of 1x4x4x4.
enum WrittenNetwork {
  /// Makes the network.
  ///
  /// - Parameter weights: the file that belongs to this one, `WrittenNetwork.safetensors`.
  static func network(weights: TensorFile) throws(NetworkError) -> Network {
    var builder = NetworkBuilder(opset: 13, weights: weights)
    let x = builder.input("x", shape: [1, 4, 8, 8])
    // same-lower: 1 before, 0 after; 1 before, 0 after
    let conv1 = builder.add(
      "Conv",
      [x, builder.weight("constant")],
      [
        "kernel_shape": [3, 3],
        "strides": [2, 2],
        "dilations": [1, 1],
        "group": 1,
        "pads": [1, 1, 0, 0],
      ],
      name: "conv/1")
    let letOutputs = builder.add(
      "Split",
      [conv1, builder.constant(try NetworkTensor([2, 4] as [Int64], shape: [2]))],
      ["axis": 1],
      outputs: 2,
      name: "let")
    let let2 = letOutputs[0]
    let letOutput1 = letOutputs[1]
    let resize = builder.add(
      "Resize",
      [
        let2, nil,
        builder.constant(try NetworkTensor([1.0, 1.0, 2.0, 2.0] as [Float], shape: [4])),
      ],
      [
        "mode": "nearest",
        "coordinate_transformation_mode": "half_pixel",
        "nearest_mode": "round_prefer_floor",
      ],
      name: "Resize")
    let larger = builder.add("LeakyRelu", [resize], ["alpha": 0.1], name: "larger")
    let rest = builder.add(
      "Add",
      [letOutput1, builder.constant(try NetworkTensor([0.5] as [Float], shape: []))],
      name: "rest")
    builder.output("larger", larger)
    builder.output("rest", rest)
    return try Network(builder)
  }
}
