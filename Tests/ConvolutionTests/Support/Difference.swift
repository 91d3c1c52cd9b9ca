import Foundation
import Testing

/// When two floats are the same.
enum Sameness {
  /// With the same bits: -0 is not 0, and a NaN is itself.
  case bits
  /// As `==` has it, and a NaN is any NaN.
  case values

  func holds(_ a: Float, _ b: Float) -> Bool {
    self == .bits ? a.bitPattern == b.bitPattern : a == b || (a != a && b != b)
  }
}

/// Expects two lists to be the same; where they are not, says so in one line, however long they are.
func expectSame(
  _ output: [Float], _ expected: [Float], by sameness: Sameness = .bits,
  _ comment: @autoclosure () -> Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
  guard let text = difference(output, expected, by: sameness) else { return }
  let context = comment().map { "\($0): " } ?? ""
  Issue.record("\(context)\(text)", sourceLocation: sourceLocation)
}

/// How `output` differs from `expected`: how many elements do, the first of them and the largest error. nil where they
/// are the same.
///
/// Millions take milliseconds where they are the same, and unoptimised less than a second where they are not.
func difference(_ output: [Float], _ expected: [Float], by sameness: Sameness = .bits) -> String? {
  guard output.count == expected.count else {
    return "\(output.count) elements, not \(expected.count)"
  }
  var differing = 0
  var first = 0
  var largest = (error: -1.0, index: 0)
  output.withUnsafeBufferPointer { output in
    expected.withUnsafeBufferPointer { expected in
      for block in stride(from: 0, to: output.count, by: 1024) {
        var index = block
        let end = min(block + 1024, output.count)
        let bytes = (end - block) * MemoryLayout<Float>.stride
        if memcmp(output.baseAddress! + block, expected.baseAddress! + block, bytes) == 0 {
          continue
        }
        while index < end {
          let (a, b) = (output[index], expected[index])
          if !sameness.holds(a, b) {
            if differing == 0 { first = index }
            differing &+= 1
            let distance = abs(Double(a) - Double(b))
            let error = distance.isNaN ? .infinity : distance
            if error > largest.error { largest = (error, index) }
          }
          index &+= 1
        }
      }
    }
  }
  guard differing > 0 else { return nil }
  func text(_ value: Float) -> String {
    sameness == .values ? "\(value)" : "\(value) (\(String(value.bitPattern, radix: 16)))"
  }
  return "\(differing) of \(output.count) elements differ, the first at \(first): "
    + "\(text(output[first])), not \(text(expected[first])); "
    + "the largest error is \(largest.error), at \(largest.index)"
}
