import Convolution

let reshapingLayers = layers([
  [
    "Flatten": { (call) throws(NetworkError) in
      let hasChannelsLast = call.hasChannelsLast()
      var x = call.tensors[0]
      if !hasChannelsLast, x.rank > 2 {
        let order = [0] + Array(2..<x.rank) + [1]
        x = try call.add(TransposeOperator(permutation: order), [x], suffix: "channels last")
      }
      return [try call.add(ViewOperator(kind: .flatten(axis: 1)), [x])]
    },
    "Reshape": { (call) throws(NetworkError) in
      // The operation has the axis of images among its extents.
      let all = call.integers("newshape")
      let shape = call.integers("target_shape") ?? Array((all ?? []).dropFirst())
      guard all?.first ?? -1 == -1, shape.allSatisfy({ $0 > 0 || $0 == -1 }),
        shape.count(where: { $0 == -1 }) <= 1
      else {
        call.reject("setting target_shape \(shape)")
        return nil
      }
      return [try call.reshape(call.tensors[0], [0] + shape)]
    },
    "Permute": { (call) throws(NetworkError) in
      let order = [0] + (call.integers("dims") ?? [])
      return [try call.add(TransposeOperator(permutation: order), [call.tensors[0]])]
    },
    "RepeatVector": { (call) throws(NetworkError) in
      let times = call.integer("n") ?? 1
      let row = try call.add(
        ViewOperator(kind: .unsqueeze), [call.tensors[0], call.integers([1], "axes")],
        suffix: "row")
      return [try call.add(TileOperator(), [row, call.integers([1, times, 1], "repeats")])]
    },
  ],
  makers(of: "ZeroPadding#D") { (call, rank) throws(NetworkError) in
    try call.zeroPadding(rank: rank)
  },
  makers(of: "Cropping#D") { (call, rank) throws(NetworkError) in
    try call.cropping(rank: rank)
  },
  makers(of: "UpSampling#D") { (call, rank) throws(NetworkError) in
    try call.upSampling(rank: rank)
  },
])

extension LayerCall {
  fileprivate mutating func zeroPadding(rank: Int) throws(NetworkError) -> [KerasTensor]? {
    let amounts = perEnd("padding", rank, default: 1)
    let isTurned = hasChannelsLast()
    guard hasImages(rank: rank) else { return nil }
    let pads = [0, 0] + amounts.map { $0.before } + [0, 0] + amounts.map { $0.after }
    return [
      try addImages(
        PadOperator(mode: .constant), [tensors[0], integers(pads, "pads")], isTurned: isTurned)
    ]
  }

  fileprivate mutating func cropping(rank: Int) throws(NetworkError) -> [KerasTensor]? {
    let amounts = perEnd("cropping", rank, default: rank == 2 ? 0 : 1)
    let isTurned = hasChannelsLast()
    guard hasImages(rank: rank) else { return nil }
    let ends = amounts.map { $0.after == 0 ? Int(Int32.max) : -$0.after }
    return [
      try addImages(
        SliceOperator(),
        [
          tensors[0], integers(amounts.map { $0.before }, "starts"), integers(ends, "ends"),
          integers(Array(2..<rank + 2), "axes"),
        ], isTurned: isTurned)
    ]
  }

  fileprivate mutating func upSampling(rank: Int) throws(NetworkError) -> [KerasTensor]? {
    enum Word: String { case nearest, bilinear }
    let factors = perAxis("size", rank, default: 2)
    let word = word("interpolation", default: Word.nearest)
    let isTurned = hasChannelsLast()
    guard hasImages(rank: rank), factors.allSatisfy({ (1...1 << 20).contains($0) }) else {
      reject("setting size \(factors)")
      return nil
    }
    var interpolation = Interpolation()
    if word == .bilinear {
      interpolation.mode = .linear
    } else {
      interpolation.coordinates = .asymmetric
      interpolation.rounding = .down
    }
    let scales = try NetworkTensor([1, 1] + factors.map(Float.init), shape: [rank + 2])
    return [
      try addImages(
        ResizeOperator(interpolation), [tensors[0], nil, constant(scales, "scales")],
        isTurned: isTurned)
    ]
  }
}
