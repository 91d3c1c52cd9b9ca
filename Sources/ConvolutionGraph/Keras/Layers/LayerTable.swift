/// The layers that a configuration may have, by Keras's names of their classes. A new one gets a line in the table of its own
/// file.
let layerTable = layers([
  convolutionLayers, poolingLayers, normalisationLayers, activationLayers, mergingLayers,
  reshapingLayers, denseLayers, recurrentLayers, identityLayers, preprocessingLayers,
  arithmeticLayers,
])

/// All that are in some tables.
func layers(_ tables: [[String: LayerMaker]]) -> [String: LayerMaker] {
  tables.reduce(into: [:]) { all, some in all.merge(some) { _, new in new } }
}

/// A layer for 1, 2 and 3 axes of space: `Conv#D` is `Conv1D` and so on.
///
/// - Parameter make: is given how many there are.
func makers(
  of names: String...,
  by make: @escaping @Sendable (inout LayerCall, Int) throws(NetworkError) -> [KerasTensor]?
) -> [String: LayerMaker] {
  var makers: [String: LayerMaker] = [:]
  for rank in 1...3 {
    let maker: LayerMaker = { (call) throws(NetworkError) in try make(&call, rank) }
    for name in names { makers[name.replacing("#", with: "\(rank)")] = maker }
  }
  return makers
}
