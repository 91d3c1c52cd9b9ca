import Convolution

extension Tensor {
  /// Some images of a batch.
  func images(_ indices: some Collection<Int>) throws -> Tensor {
    let size = shape[1...].reduce(1, *)
    let elements = elements
    return try Tensor(
      indices.flatMap { elements[$0 * size..<($0 + 1) * size] },
      shape: [indices.count] + shape[1...])
  }

  /// Each picture of one channel moved by up to a sample along each axis: other hands write beside the middle.
  func shifted(_ random: inout some RandomNumberGenerator) throws -> Tensor {
    let (height, width) = (shape[2], shape[3])
    var moved = try Tensor(shape: shape)
    for image in 0..<shape[0] {
      let (down, right) = (
        Int.random(in: -1...1, using: &random), Int.random(in: -1...1, using: &random)
      )
      for row in max(down, 0)..<min(height + down, height) {
        for column in max(right, 0)..<min(width + right, width) {
          moved[image, 0, row, column] = self[image, 0, row - down, column - right]
        }
      }
    }
    return moved
  }
}
