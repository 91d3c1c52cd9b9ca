import Testing

@testable import Convolution
@testable import LayerCases

/// Expects what `plan` gave to be what is `expected` of small integers: exactly so where they are summed directly, and to
/// a few roundings of the points with Winograd.
func expect(
  _ output: [Float], of plan: Plan, toBe expected: [Float], _ comment: @autoclosure () -> Comment,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard let form = plan.winograd else {
    return expectSame(output, expected, by: .values, comment(), sourceLocation: sourceLocation)
  }
  let largest = expected.lazy.map(abs).max() ?? 0
  let error = largestDifference(output, expected.map(Double.init))
  #expect(
    error <= Double(largest) * Reference.winogradBound(form), comment(),
    sourceLocation: sourceLocation)
}
