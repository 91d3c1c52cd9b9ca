/// How a recurrent layer's inputs and states are brought to where C takes them, and back.
extension RecurrentStep {
  /// What is added to the last gate's recurrent product.
  func hiddenBias(
    _ bias: UnsafePointer<Float>?, _ direction: Int, zeros: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    if let bias { return bias + (direction * 2 + 1) * extents.rows + 2 * extents.hidden }
    zeros.update(repeating: 0, count: extents.hidden)
    return UnsafePointer(zeros)
  }

  /// Steps before the batch.
  func turned(
    _ x: UnsafePointer<Float>?, into y: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float>? {
    guard let x, extents.batch > 1 else { return x }
    for step in 0..<extents.steps {
      for sequence in 0..<extents.batch {
        (y + (step * extents.batch + sequence) * extents.inputs).update(
          from: x + (sequence * extents.steps + step) * extents.inputs, count: extents.inputs)
      }
    }
    return UnsafePointer(y)
  }

  /// Numbers of steps that there are; nil: all sequences have all of them.
  func lengths(
    _ operands: Operands, _ lengths: UnsafeMutablePointer<Int32>
  ) -> UnsafePointer<Int32>? {
    guard let given = operands.input(Recurrent.Input.lengths.rawValue) else { return nil }
    let given32 = given.assumingMemoryBound(to: Int32.self)
    for sequence in 0..<extents.batch {
      lengths[sequence] = min(max(given32[sequence], 0), Int32(clamping: extents.steps))
    }
    return UnsafePointer(lengths)
  }

  // MARK: States, which in memory have directions outside or inside of the batch

  private func place(_ sequence: Int, _ direction: Int) -> Int {
    let index =
      layer.isBatchFirst
      ? sequence * projections.count + direction : direction * extents.batch + sequence
    return index * extents.hidden
  }

  func load(
    _ states: UnsafePointer<Float>?, _ direction: Int, _ state: UnsafeMutablePointer<Float>
  ) {
    for sequence in 0..<extents.batch {
      let to = state + sequence * extents.hidden
      if let states {
        to.update(from: states + place(sequence, direction), count: extents.hidden)
      } else {
        to.update(repeating: 0, count: extents.hidden)
      }
    }
  }

  func store(
    _ state: UnsafeMutablePointer<Float>, _ direction: Int, _ states: UnsafeMutablePointer<Float>?
  ) {
    guard let states else { return }
    for sequence in 0..<extents.batch {
      (states + place(sequence, direction)).update(
        from: state + sequence * extents.hidden, count: extents.hidden)
    }
  }
}
