/// Where weights lie: distances, in weights, from one group, from one of its output or input channels and from one tap to
/// the next.
struct WeightStrides {
  let group, output, input: Int
  /// Depth, height, width; 0 along an axis that the kernel does not have.
  let kernel: [Int]

  init(group: Int, output: Int, input: Int, kernel: [Int]) {
    self.group = group
    self.output = output
    self.input = input
    self.kernel = Array(repeating: 0, count: 3 - kernel.count) + kernel
  }
}

/// Some of a layer's taps, last to first: those that a phase of a transposed layer multiplies with. Tap u of it along an
/// axis is the layer's tap `last - u step`. Depth, height, width.
struct ReversedTaps: Hashable {
  let last, step: [Int]
  /// Along each axis, the outputs that are channels of one: those of the next have their taps one further on.
  let merged: [Int]

  /// How many outputs those are.
  var mergedOutputs: Int { merged.reduce(1, *) }
}
