import Testing

/// How tests compare data: a wrong element is named, and lists are never compared by an edit script.
struct DifferenceTests {
  @Test func aWrongElementIsNamed() {
    let expected = (0..<10_000).map(Float.init)
    var output = expected
    #expect(difference(output, expected) == nil)
    output[5000] = 5001.5
    output[7000] = 0
    #expect(
      difference(output, expected, by: .values)
        == "2 of 10000 elements differ, the first at 5000: 5001.5, not 5000.0; "
        + "the largest error is 7000.0, at 7000")
    output = Array(output.dropLast())
    #expect(difference(output, expected) == "9999 elements, not 10000")
  }

  @Test func bitsAreMoreThanValues() {
    #expect(difference([0, .nan], [-0.0, -.nan], by: .values) == nil)
    #expect(difference([.nan], [.nan]) == nil)
    #expect(
      difference([1, 0], [1, -0.0])
        == "1 of 2 elements differ, the first at 1: 0.0 (0), not -0.0 (80000000); "
        + "the largest error is 0.0, at 1")
    #expect(difference([.nan], [-.nan])?.contains("(7fc00000), not -nan (ffc00000)") == true)
  }

  @Test func aNaNIsTheLargestError() {
    let text = difference([9, .nan, 100], [1, 2, 3], by: .values)
    #expect(text?.hasPrefix("3 of 3 elements differ, the first at 0: 9.0, not 1.0") == true)
    #expect(text?.hasSuffix("the largest error is inf, at 1") == true)
  }

  /// All of them wrong, too.
  @Test func tenMillionElementsAreCompared() {
    let zeros = [Float](repeating: 0, count: 10_000_000)
    var others = zeros
    #expect(difference(zeros, others) == nil)
    others[9_999_999] = 1
    #expect(difference(zeros, others)?.contains("the first at 9999999: ") == true)
    let ones = [Float](repeating: 1, count: zeros.count)
    #expect(difference(zeros, ones)?.hasPrefix("10000000 of 10000000 elements") == true)
  }

  @Test func aDifferenceFailsTheTest() {
    expectSame([1, 2], [1, 2], "the same")
    withKnownIssue {
      expectSame([1, 2], [1, 3], by: .values, "what is compared")
    } matching: { issue in
      issue.comments.map(\.rawValue) == [
        "what is compared: 1 of 2 elements differ, the first at 1: 2.0, not 3.0; "
          + "the largest error is 1.0, at 1"
      ]
    }
  }
}
