import Convolution
import Foundation

/// The mean of -log(softmax(scores)[label]) over a batch, and its gradient by the scores.
///
/// - Parameter scores: N C and axes of one sample.
func crossEntropy(of scores: Tensor, _ labels: [Int]) throws -> (loss: Double, gradient: Tensor) {
  var loss = 0.0
  var gradient: [Float] = []
  for (row, label) in zip(scores.rows, labels) {
    let largest = row.max()!
    let exponentials = row.map { exp(Double($0 - largest)) }
    let sum = exponentials.reduce(0, +)
    loss -= log(exponentials[label] / sum)
    for (index, value) in exponentials.enumerated() {
      gradient.append(Float((value / sum - (index == label ? 1 : 0)) / Double(labels.count)))
    }
  }
  return (loss / Double(labels.count), try Tensor(gradient, shape: scores.shape))
}

extension Tensor {
  /// The elements of each image.
  var rows: [[Float]] {
    let size = shape[1...].reduce(1, *)
    let elements = elements
    return (0..<shape[0]).map { Array(elements[$0 * size..<($0 + 1) * size]) }
  }
}
