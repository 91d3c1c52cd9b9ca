/// What a layer takes or gives, while a configuration becomes a graph.
struct KerasTensor {
  let value: Graph.ValueID
  /// As Keras has it; nil: an extent that plans may choose.
  let shape: [Int?]
  let element: ElementType
  /// Whether the value has the axis of channels, which is Keras's last one, behind that of images.
  ///
  /// Layers of images are made for channels first, as ONNX has them: that is what rewrites look for and what other
  /// formats say. What lies between such layers stays so.
  var isTurned = false

  var rank: Int { shape.count }
  /// What Keras's tensor is permuted by to come to the value.
  var permutation: [Int]? { isTurned ? Self.channelsFirst(rank: rank) : nil }

  static func channelsFirst(rank: Int) -> [Int] { [0, rank - 1] + Array(1..<rank - 1) }
}
