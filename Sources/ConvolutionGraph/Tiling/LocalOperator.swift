import Convolution

/// An operator whose outputs depend on the samples around them, and not on where they are, so that images can be computed
/// part by part. Asked before layouts are chosen: images are N C \*spatial as in the file.
protocol LocalOperator: Operator {
  /// What outputs read along an axis of an image that is an input; nil where they depend on all of the axis.
  func reach(
    into input: Int, along axis: Int, _ arguments: Arguments
  ) throws(NetworkError) -> Reach?

  /// Where an axis of the input comes to lie.
  func outputAxis(of axis: Int, _ arguments: Arguments) throws(NetworkError) -> Int

  /// Whether every input is aligned with the image at the last axes; otherwise those that are no images are weights and
  /// the like.
  var alignsInputs: Bool { get }

  /// Outputs that are images; of others there must be no use.
  var imageOutputs: Int { get }
}

extension LocalOperator {
  /// Sample by sample.
  func reach(
    into input: Int, along axis: Int, _ arguments: Arguments
  ) throws(NetworkError) -> Reach? { Reach() }

  func outputAxis(of axis: Int, _ arguments: Arguments) throws(NetworkError) -> Int { axis }
  var alignsInputs: Bool { true }
  var imageOutputs: Int { .max }
}
