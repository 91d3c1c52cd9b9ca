import CConvolution

let denseLayers: [String: LayerMaker] = [
  "Dense": { (call) throws(NetworkError) in
    let units = call.integer("units")
    let hasBias = call.bool("use_bias", default: true)
    let activation = call.setting("activation")
    let x = call.tensors[0]
    guard let inputs = x.shape.last, x.rank > 1 else {
      call.reject("an input of \(x.rank) axes")
      return nil
    }
    let kernel = try call.weight("kernel", [inputs, units])
    let bias = hasBias ? try call.weight("bias", [kernel.shape[1]]) : nil
    let weights = try call.shared("kernel") { kernel }
    let addend = try bias.map { (bias) throws(NetworkError) in try call.shared("bias") { bias } }
    guard x.rank > 2 else {
      return try call.activated(
        call.add(MatrixProduct(description: "Gemm"), [x, weights, addend]), by: activation)
    }
    let product = try call.add(
      MatrixProduct(), [x, weights], suffix: addend == nil ? nil : "product")
    guard let addend else { return try call.activated(product, by: activation) }
    return try call.activated(
      call.add(Elementwise("Add", inputs: 2, CONV_ELEMENTWISE_ADD), [product, addend]),
      by: activation)
  },
  "Embedding": { (call) throws(NetworkError) in
    let (rows, columns) = (call.integer("input_dim"), call.integer("output_dim"))
    call.ignore("input_length")
    if call.bool("mask_zero", default: false) { call.reject("setting mask_zero true") }
    var x = call.tensors[0]
    let rowsOfWeights = try call.weight("embeddings", [rows, columns])
    if x.element != .int32, x.element != .int64 {
      x = try call.add(Cast(element: .int32), [x], suffix: "indices")
    }
    return [
      try call.add(GatherOperator(axis: 0), [call.shared("embeddings") { rowsOfWeights }, x])
    ]
  },
]
