import Convolution

/// A pad before a convolution becomes the convolution's border, of any mode: the padded tensor never exists.
struct PadIntoConvolution: Rewrite {
  let name = "pad-into-convolution"

  func patch(_ node: Graph.Node, in graph: inout Graph) throws(NetworkError) -> Graph.Patch? {
    guard var convolution = node.operation as? ConvolutionOperator,
      convolution.layout == .channelsFirst, convolution.border.isEmpty, let x = node.inputs[0],
      let producer = graph.producer(of: x), let pad = producer.operation as? PadOperator,
      let arguments = graph.arguments(of: producer), arguments[0]!.type.element == .float32,
      let amounts = try? pad.amountsAtHand(for: arguments),
      amounts.allSatisfy({ $0.before >= 0 && $0.after >= 0 }),
      amounts.prefix(2).allSatisfy({ $0 == PadOperator.Amount() }),
      let border = border(pad, arguments),
      let own = own(convolution, rank: amounts.count - 2, hasZeros: border == .zeros)
    else { return nil }
    convolution.padding = .explicit(
      zip(amounts.dropFirst(2), own).map {
        PaddingAmount(before: $0.before + $1.before, after: $0.after + $1.after)
      })
    convolution.border = own.map { _ in border }
    var inputs = node.inputs
    inputs[0] = producer.inputs[0]
    return Graph.Patch(
      name: name, nodes: [Graph.Node(node.name, convolution, inputs, node.outputs)])
  }

  /// nil: a constant that is not known.
  private func border(_ pad: PadOperator, _ arguments: Arguments) -> Border? {
    if let border = pad.mode.border { return border }
    guard let constant = arguments[2] else { return .zeros }
    return constant.constant.map { .constant($0.floats[0]) }
  }

  /// The convolution's own border taps, where they can be added to those of a pad: there are none, or all are zeros.
  private func own(
    _ convolution: ConvolutionOperator, rank: Int, hasZeros: Bool
  ) -> [PaddingAmount]? {
    switch convolution.padding {
    case .valid: Array(repeating: .none, count: rank)
    case .explicit(let amounts)
    where amounts.count == rank
      && (hasZeros || amounts.allSatisfy { $0.before == 0 && $0.after == 0 }):
      amounts
    default: nil
    }
  }
}
