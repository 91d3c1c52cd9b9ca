import Convolution

/// An HDF5 file, as h5py writes it for Keras: groups, attributes of texts and numbers, datasets of numbers.
///
/// It is read by code of our own: libhdf5 ends the process on one in a hundred files with a changed byte.
///
/// Source: HDF5 File Format Specification, version 3.0.
package struct HDF5File: Sendable {
  package let root: HDF5Object

  /// Whether bytes begin as an HDF5 file does.
  package static func isHDF5(_ bytes: FileBytes) -> Bool {
    HDF5Storage.start(in: bytes) != nil
  }

  /// Reads what tells where the root group lies.
  ///
  /// - Throws: `.inputOutput` when the file cannot be read, else as ``init(_:)``.
  package init(contentsOf path: String) throws(ConvolutionError) {
    try self.init(FileBytes(contentsOf: path))
  }

  /// Reads what tells where the root group lies.
  ///
  /// - Throws: `.unsupportedFile`.
  package init(_ bytes: FileBytes) throws(ConvolutionError) {
    let (storage, root) = try HDF5Storage.open(bytes)
    self.root = HDF5Object(path: "", header: try HDF5Header(storage, at: root))
  }

  /// What lies at a path like `model_weights/conv2d`; nil where there is nothing.
  ///
  /// - Throws: `.unsupportedFile`.
  package func object(at path: String) throws(ConvolutionError) -> HDF5Object? {
    var object = root
    for name in path.split(separator: "/") {
      guard let child = try object.child(named: String(name)) else { return nil }
      object = child
    }
    return object
  }

  /// All groups and datasets, each behind the group that holds it.
  ///
  /// - Throws: `.unsupportedFile`, also for groups that lie in each other without end.
  package func objects() throws(ConvolutionError) -> [HDF5Object] {
    var objects: [HDF5Object] = []
    // Objects may have several names: a file of few bytes could have more paths than anyone can follow.
    var budget = 1 << 20 + 4 * root.header.storage.bytes.count
    try root.collect(into: &objects, depth: 0, budget: &budget)
    return objects
  }

  /// All datasets, by their paths.
  ///
  /// - Throws: as ``objects()``.
  package func datasets() throws(ConvolutionError) -> [(path: String, dataset: HDF5Dataset)] {
    var datasets: [(path: String, dataset: HDF5Dataset)] = []
    for object in try objects() {
      if let dataset = try object.dataset() { datasets.append((object.path, dataset)) }
    }
    return datasets
  }
}
