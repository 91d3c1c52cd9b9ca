import Convolution

// Operators that compute each sample of those in its place, or in its place of all channels.

extension Elementwise: LocalOperator {}
extension Power: LocalOperator {}
extension Modulo: LocalOperator {}
extension Comparison: LocalOperator {}
extension Selection: LocalOperator {}
extension Cast: LocalOperator {}
extension ElementTest: LocalOperator {}

extension Identity: LocalOperator {
  var alignsInputs: Bool { false }
}

extension BatchNormalisation: LocalOperator {
  var alignsInputs: Bool { false }

  func reach(
    into input: Int, along axis: Int, _ arguments: Arguments
  ) throws(NetworkError) -> Reach? { axis == channelAxis ? nil : Reach() }
}

extension LocalResponseNormalisation: LocalOperator {
  func reach(
    into input: Int, along axis: Int, _ arguments: Arguments
  ) throws(NetworkError) -> Reach? { axis == channelAxis ? nil : Reach() }
}

extension Softmax: LocalOperator {
  func reach(
    into input: Int, along axis: Int, _ arguments: Arguments
  ) throws(NetworkError) -> Reach? {
    let own = try arguments.type(0, "x").shape.axis(self.axis)
    return axis == own || (isFlattened && axis > own) ? nil : Reach()
  }
}

extension Reduction: LocalOperator {
  var alignsInputs: Bool { false }

  func reach(
    into input: Int, along axis: Int, _ arguments: Arguments
  ) throws(NetworkError) -> Reach? {
    try reducedAxes(arguments)[axis] ? nil : Reach()
  }

  func outputAxis(of axis: Int, _ arguments: Arguments) throws(NetworkError) -> Int {
    keepsAxes ? axis : axis - (try reducedAxes(arguments)[..<axis].count { $0 })
  }
}

extension ConcatOperator: LocalOperator {
  func reach(
    into input: Int, along axis: Int, _ arguments: Arguments
  ) throws(NetworkError) -> Reach? {
    try arguments.type(0, "inputs").shape.axis(self.axis) == axis ? nil : Reach()
  }
}

extension SplitOperator: LocalOperator {
  var alignsInputs: Bool { false }

  func reach(
    into input: Int, along axis: Int, _ arguments: Arguments
  ) throws(NetworkError) -> Reach? {
    try arguments.type(0, "x").shape.axis(self.axis) == axis ? nil : Reach()
  }
}
