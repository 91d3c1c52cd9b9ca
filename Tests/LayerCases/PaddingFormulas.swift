import Convolution

/// The border taps of one axis by the definition of each convention, in floating point where it has a division.
///
/// - Parameters:
///   - n: samples, k: kernel, s: stride, d: dilation.
package func paddingByDefinition(_ padding: Padding, n: Int, k: Int, s: Int, d: Int, axis: Int)
  -> PaddingAmount
{
  let e = d * (k - 1) + 1
  func split(_ total: Int, before: Int) -> PaddingAmount {
    PaddingAmount(before: before, after: total - before)
  }
  func sameTotal() -> Int {
    let outputs = Int((Double(n) / Double(s)).rounded(.up))
    return n == 0 ? 0 : max((outputs - 1) * s + e - n, 0)
  }
  switch padding {
  case .valid:
    return split(0, before: 0)
  case .same:
    return split(sameTotal(), before: Int((Double(sameTotal()) / 2).rounded(.down)))
  case .sameLower:
    return split(sameTotal(), before: Int((Double(sameTotal()) / 2).rounded(.up)))
  case .sameTorch:
    return split(e - 1, before: Int((Double(e - 1) / 2).rounded(.down)))
  case .causal:
    return split(e - 1, before: e - 1)
  case .full:
    return split(2 * (e - 1), before: e - 1)
  case .explicit(let amounts):
    return amounts[amounts.count == 1 ? 0 : axis]
  }
}
