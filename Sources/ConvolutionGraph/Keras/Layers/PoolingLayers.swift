import Convolution

let poolingLayers = layers([
  makers(of: "MaxPooling#D", "MaxPool#D") { (call, rank) throws(NetworkError) in
    try call.pooling(.max, rank: rank)
  },
  // What a border repeats does not count, as TensorFlow has it.
  makers(of: "AveragePooling#D", "AvgPool#D") { (call, rank) throws(NetworkError) in
    try call.pooling(.average(countsPadding: false), rank: rank)
  },
  makers(of: "GlobalMaxPooling#D", "GlobalMaxPool#D") { (call, rank) throws(NetworkError) in
    try call.globalPooling(.max, rank: rank)
  },
  makers(of: "GlobalAveragePooling#D", "GlobalAvgPool#D") { (call, rank) throws(NetworkError) in
    try call.globalPooling(.average(), rank: rank)
  },
])

extension LayerCall {
  fileprivate mutating func pooling(
    _ kind: PoolingLayer.Kind, rank: Int
  ) throws(NetworkError) -> [KerasTensor]? {
    enum Word: String { case valid, same }
    let kernel = perAxis("pool_size", rank, default: 2)
    let stride = optionalPerAxis("strides", rank) ?? kernel
    let padding = word("padding", default: Word.valid)
    let isTurned = hasChannelsLast()
    guard hasImages(rank: rank) else { return nil }
    let operation = PoolingOperator(
      kind, kernel: kernel, stride: stride, padding: padding == .same ? .same : .valid)
    return [try addImages(operation, [tensors[0]], isTurned: isTurned)]
  }

  fileprivate mutating func globalPooling(
    _ kind: PoolingLayer.Kind, rank: Int
  ) throws(NetworkError) -> [KerasTensor]? {
    let keepsAxes = bool("keepdims", default: false)
    let isTurned = hasChannelsLast()
    guard hasImages(rank: rank) else { return nil }
    let pool = PoolingOperator(global: kind)
    guard !keepsAxes else { return [try addImages(pool, [tensors[0]], isTurned: isTurned)] }
    let pooled = try addImages(pool, [tensors[0]], isTurned: isTurned, suffix: "pool")
    // Of extents 1, the order does not matter.
    let flat = KerasTensor(
      value: pooled.value,
      shape: [pooled.shape[0], pooled.shape[isTurned ? rank + 1 : 1]]
        + Array(repeating: 1, count: rank), element: pooled.element)
    return [
      try add(ViewOperator(kind: .squeeze), [flat, integers(Array(2..<rank + 2), "axes")])
    ]
  }

  /// Whether the input is images of so many axes of space; noted where not.
  func hasImages(rank: Int) -> Bool {
    if tensors[0].rank == rank + 2 { return true }
    reject("an input of \(tensors[0].rank) axes")
    return false
  }
}
