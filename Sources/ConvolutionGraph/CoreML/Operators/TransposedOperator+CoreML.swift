import Convolution

extension TransposedOperator {
  /// Outputs that no input reaches, which a negative amount adds, Core ML has as zeros around what is reached; the bias comes
  /// behind then.
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    let (x, weights) = (try scope.input(), try scope.input(LayerInput.weights.rawValue))
    let kernel = Array(weights.shape.dropFirst(2))
    let ones = kernel.map { _ in 1 }
    let (stride, dilation) = (stride ?? ones, dilation ?? ones)
    guard weights.constant != nil else { throw scope.unwritable("weights that are computed") }
    let amounts = try padding.amounts(
      of: Array(x.shape.dropFirst(2)), kernel, stride, dilation)
    let left = amounts.map { PaddingAmount(before: max($0.before, 0), after: max($0.after, 0)) }
    let added = amounts.map { PaddingAmount(before: max(-$0.before, 0), after: max(-$0.after, 0)) }
    var shape = scope.type().shape
    for (axis, amount) in added.enumerated() { shape[axis + 2] -= amount.before + amount.after }
    scope.note(pad: left)
    let isReached = added.allSatisfy { $0 == .none }
    var y = try scope.window(
      "conv_transpose", x, weights, stride: stride, dilation: dilation, groups: groups, pad: left,
      withBias: isReached, shape)
    guard !isReached else { return [try finished(y, &scope)] }
    for (axis, amount) in added.enumerated() where amount != .none {
      y = try scope.padded(y, axis + 2, amount, .zeros)
    }
    if scope.hasInput(LayerInput.bias.rawValue) {
      y = try scope.adding(scope.input(LayerInput.bias.rawValue), to: y)
    }
    return [try finished(y, &scope)]
  }
}
