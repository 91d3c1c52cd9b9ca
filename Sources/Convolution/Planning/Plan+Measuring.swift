// What measuring plans asks of them.

extension Plan {
  /// The way it computes, as ``MeasuredTimes`` name it: a kernel family, or a form like `F(4x4,3x3)`.
  @_spi(Tools) public var wayName: String { way.name }

  /// The work of one image, term by term of ``CostModel/terms``.
  @_spi(Tools) public var work: [Double] { pass.work }

  /// What it is predicted to take for one image on one thread, in nanoseconds.
  @_spi(Tools) public var predictedTime: Double { explanation.choice.predicted }
}
