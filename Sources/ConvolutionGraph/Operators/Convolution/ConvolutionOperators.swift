import Convolution

let convolutionOperators: [String: OperatorMaker] = [
  "Conv": { ConvolutionOperator(&$0) },
  "ConvTranspose": { TransposedOperator(&$0) },
  "MaxPool": { PoolingOperator(&$0, .max) },
  "AveragePool": {
    let counts = $0.bool("count_include_pad")
    return PoolingOperator(&$0, .average(countsPadding: counts))
  },
  "LpPool": {
    let power = $0.integer("p", default: 2)
    return PoolingOperator(&$0, .lp(power))
  },
  "GlobalMaxPool": { _ in PoolingOperator(global: .max) },
  "GlobalAveragePool": { _ in PoolingOperator(global: .average()) },
  "GlobalLpPool": { PoolingOperator(global: .lp($0.integer("p", default: 2))) },
  "MaxUnpool": { UnpoolingOperator(&$0) },
]

/// What the attributes of convolutions and pools say of the window.
struct WindowAttributes {
  let kernel: [Int]?
  let stride: [Int]?
  let dilation: [Int]?
  let autoPad: String
  let pads: [Int]

  init(_ reader: inout NodeReader) {
    kernel = reader.integers("kernel_shape")
    stride = reader.integers("strides")
    dilation = reader.integers("dilations")
    autoPad = reader.string("auto_pad", default: "NOTSET")
    pads = reader.integers("pads") ?? []
  }

  /// Of an ordinary window; what makes no sense is rejected.
  func padding(_ reader: inout NodeReader) -> Padding {
    do throws(ConvolutionError) {
      guard autoPad == "NOTSET" else { return try .onnx(autoPad: autoPad) }
      return pads.isEmpty ? .valid : try .onnx(pads: pads)
    } catch {
      reader.reject("\(error)")
      return .valid
    }
  }
}

extension Layout {
  /// The axis of channels in a tensor of images.
  func channelAxis(rank: Int) -> Int { self == .channelsFirst ? 1 : rank + 1 }

  /// What a tensor of images in ONNX's order, N C \*spatial, is permuted by to come to this layout.
  func permutation(rank: Int) -> [Int] {
    self == .channelsFirst ? Array(0..<rank + 2) : [0] + (2..<rank + 2) + [1]
  }

  /// The layout that images come to by a permutation; nil: by no layout.
  func permuted(by permutation: [Int]) -> Layout? {
    let rank = permutation.count - 2
    guard (1...3).contains(rank) else { return nil }
    let before = self.permutation(rank: rank)
    let after = permutation.map { before[$0] }
    return Layout.allCases.first { $0.permutation(rank: rank) == after }
  }
}
