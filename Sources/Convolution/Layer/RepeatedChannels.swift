/// What is known of every output channel, where the outputs of several phases are channels of one.
extension UnsafeBufferPointer<Float> {
  /// The values of each group several times, one after the other.
  func repeated(_ times: Int, groups: Int) -> [Float] {
    (0..<groups).flatMap { group in
      let values = self[group * count / groups..<(group + 1) * count / groups]
      return (0..<times).flatMap { _ in values }
    }
  }
}
