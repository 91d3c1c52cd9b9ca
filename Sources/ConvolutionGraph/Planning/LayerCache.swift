import Convolution
import Synchronization

/// The layers of a network, so that all its plans share their packed weights.
final class LayerCache: Sendable {
  private struct Entry: @unchecked Sendable {
    let layer: any Layer
    let settings: any Equatable & Sendable
    /// Kept, so that their identities stay theirs.
    let tensors: [NetworkTensor]

    /// The layer, if it is of this kind and has these settings.
    func layer<Kind: Layer, Settings: Equatable>(_ settings: Settings) -> Kind? {
      self.settings as? Settings == settings ? layer as? Kind : nil
    }
  }

  /// By the identities of tensors of weights, and of all else that a layer holds.
  private let layers = Mutex<[[ObjectIdentifier]: [Entry]]>([:])

  /// The layer with these tensors and settings, made on the first call.
  ///
  /// - Parameter settings: all of the layer but its tensors.
  func layer<Kind: Layer>(
    _ tensors: [NetworkTensor], _ settings: some Equatable & Sendable,
    make: () throws(NetworkError) -> Kind
  ) throws(NetworkError) -> Kind {
    let key = tensors.map { ObjectIdentifier($0.storage) }
    func known(_ entries: [Entry]) -> Kind? {
      entries.lazy.compactMap { $0.layer(settings) as Kind? }.first
    }
    if let layer = known(layers.withLock { $0[key] ?? [] }) { return layer }
    let entry = Entry(layer: try make(), settings: settings, tensors: tensors)
    return layers.withLock { layers in
      if let layer = known(layers[key] ?? []) { return layer }
      layers[key, default: []].append(entry)
      return entry.layer as! Kind
    }
  }
}
