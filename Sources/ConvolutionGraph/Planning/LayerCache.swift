import Convolution
import Synchronization

/// The layers of a network, so that all its plans share their packed weights.
final class LayerCache: Sendable {
  struct Key: Hashable {
    /// Of the tensors of weights, and of all else that the layer holds.
    let tensors: [ObjectIdentifier]
    /// All other settings.
    let description: String
  }

  private struct Entry: @unchecked Sendable {
    let layer: any Layer
    /// Kept, so that their identities stay theirs.
    let tensors: [NetworkTensor]
  }

  private let layers = Mutex<[Key: Entry]>([:])

  /// The layer with these tensors and settings, made on the first call.
  ///
  /// - Parameter description: all of the layer's settings but its tensors.
  func layer<Kind: Layer>(
    _ tensors: [NetworkTensor], _ description: String, make: () throws(NetworkError) -> Kind
  ) throws(NetworkError) -> Kind {
    let key = Key(
      tensors: tensors.map { ObjectIdentifier($0.storage) },
      description: "\(Kind.self) \(description)")
    if let entry = layers.withLock({ $0[key] }) { return entry.layer as! Kind }
    let entry = Entry(layer: try make(), tensors: tensors)
    return layers.withLock { layers in
      let known = layers[key] ?? entry
      layers[key] = known
      return known.layer as! Kind
    }
  }
}
