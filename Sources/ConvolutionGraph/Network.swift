import Convolution

/// A network: what a file says is computed, and its weights.
public final class Network: Sendable {
  /// Rewritten as far as that needs no shapes but those that the file has.
  let graph: Graph
  /// As the file, or whoever made the network, says it: what is written into other files.
  let source: Graph
  /// The names of the rewrites that were applied, in their order.
  package let rewrites: [String]
  /// Rewrites of a plan at most; nil: any number.
  let rewriteLimit: Int?
  /// What all plans share.
  let layers = LayerCache()

  init(_ source: Graph, rewriteLimit: Int? = nil) throws(NetworkError) {
    var graph = source
    try graph.setDeclaredShapes()
    var rewriter = Rewriter(
      Rewriter.general, limit: rewriteLimit,
      context: PlanningContext(planner: Planner(threads: 1), layers: layers))
    try rewriter.run(on: &graph)
    self.graph = graph
    self.source = source
    rewrites = rewriter.applied
    self.rewriteLimit = rewriteLimit
  }

  /// Reads a file: ONNX, with the files of weights that lie beside it; Keras 3 (`.keras`); a whole model of Keras or
  /// TensorFlow in HDF5 (`.h5`). What is in the file tells which of them it is.
  ///
  /// Inputs and outputs of a Keras model are as Keras has them, with channels last unless the model says otherwise, and any
  /// number of images.
  ///
  /// - Throws: `.malformedFile` for files that cannot be read or are something else; `.unsupported` with everything that
  ///   is not supported, bodies of control flow included; `.outOfMemory`.
  public convenience init(contentsOf path: String) throws(NetworkError) {
    try self.init(contentsOf: path, rewriteLimit: nil)
  }

  /// The same with the weights of another file, so that what one file says is computed with what another one has learnt.
  ///
  /// A Keras model takes them from `.weights.h5`, `.h5` or `.keras`, layer by layer; it may then be no more than its
  /// configuration, the text that `to_json` gives. Any other network takes floats from a file that `TensorFile` reads,
  /// by their names: all that the file has must be found in the network, in the same shape; what the file does not have
  /// stays as it is.
  /// - Parameters:
  ///   - path: of the network, as in ``init(contentsOf:)``.
  ///   - weightsPath: of the weights; nil: the network's own.
  /// - Throws: also `.malformedFile` for weights that do not belong to the network, with their names.
  public convenience init(
    contentsOf path: String, weightsFile weightsPath: String?
  ) throws(NetworkError) {
    try self.init(Graph(networkFile: path, weightsFile: weightsPath), rewriteLimit: nil)
  }

  /// The same with so many rewrites at most: of a network whose results are wrong, the rewrite that makes them so is found
  /// by bisection.
  package convenience init(
    contentsOf path: String, rewriteLimit: Int?
  ) throws(NetworkError) {
    try self.init(Graph(networkFile: path), rewriteLimit: rewriteLimit)
  }

  /// Reads the bytes of an ONNX file, which has all its weights in it.
  ///
  /// - Parameters:
  ///   - bytes: of the file.
  ///   - name: what errors call the file.
  /// - Throws: as ``init(contentsOf:)``.
  public convenience init(onnx bytes: [UInt8], name: String = "network") throws(NetworkError) {
    try self.init(onnx: bytes, name: name, rewriteLimit: nil)
  }

  /// The same with so many rewrites at most.
  package convenience init(
    onnx bytes: [UInt8], name: String = "network", rewriteLimit: Int?
  ) throws(NetworkError) {
    let result = bytes.withUnsafeBytes { bytes in
      Result { () throws(NetworkError) in try Graph(onnx: bytes, name: name) }
    }
    try self.init(result.get(), rewriteLimit: rewriteLimit)
  }
}

// MARK: - Inputs and outputs

extension Network {
  /// What a network takes.
  public struct Input: Sendable, Hashable {
    public let name: String
    public let element: ElementType
    /// Outermost first; nil: an extent that plans may choose; all of it nil: any number of axes.
    public let shape: [Int?]?
  }

  /// What a network gives.
  public struct Output: Sendable, Hashable {
    public let name: String
    /// nil: the file does not say.
    public let element: ElementType?
    /// As the file has it. Outermost first; nil: an extent that depends on the inputs; all of it nil: the file does not
    /// say. A plan knows the shape.
    public let shape: [Int?]?
  }

  /// In the file's order, without those that have a value in the file.
  public var inputs: [Input] {
    graph.inputs.map { Input(name: $0.name, element: $0.element, shape: $0.shape) }
  }

  /// In the file's order.
  public var outputs: [Output] {
    graph.outputs.map { Output(name: $0.name, element: $0.element, shape: $0.shape) }
  }
}
