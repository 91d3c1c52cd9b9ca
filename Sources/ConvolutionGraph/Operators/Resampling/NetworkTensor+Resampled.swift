import Convolution

extension NetworkTensor {
  /// The same image on other extents: linear between samples, and on an axis that becomes shorter each sample is made of
  /// all those that it stands for.
  ///
  /// - Parameter shape: of as many axes, none empty.
  /// - Throws: `.shapeMismatch` for anything but floats, and extents that make no sense; `.outOfMemory`.
  package func resampled(
    to shape: [Int], with planner: Planner = Planner()
  ) throws(NetworkError) -> NetworkTensor {
    var interpolation = Interpolation()
    interpolation.mode = .linear
    interpolation.antialias = true
    interpolation.excludesOutside = true
    let resize = ResizeOperator(interpolation)
    let extents = try NetworkTensor(shape.map(Int64.init), shape: [shape.count])
    let arguments = Arguments([
      Argument(type: type, constant: self), nil, nil,
      Argument(type: extents.type, constant: extents),
    ])
    let types = try resize.outputTypes(for: arguments)
    let step = try resize.step(
      for: arguments, outputs: types,
      context: PlanningContext(planner: planner, layers: LayerCache()))
    return try step.run(arguments, wanted: [true], types)[0]!
  }
}
