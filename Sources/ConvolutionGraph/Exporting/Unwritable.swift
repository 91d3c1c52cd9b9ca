extension Graph {
  /// Calls `write` with every node, and lists everything at once that a format cannot say.
  ///
  /// - Parameters:
  ///   - name: what errors call the file that is written.
  ///   - write: throws `.unsupported` for what cannot be said of a node.
  /// - Throws: `.unsupported` with all of it; what else `write` throws, with the node's name.
  func forEachNode(
    writing name: String, _ write: (Node) throws(NetworkError) -> Void
  ) throws(NetworkError) {
    var unwritable: [NetworkError.Unsupported] = []
    for case let node? in nodes {
      do throws(NetworkError) { try write(node) } catch {
        guard !error.unsupported.isEmpty else { throw error.at(node.name) }
        unwritable += error.unsupported
      }
    }
    guard unwritable.isEmpty else { throw NetworkError(unwritable: unwritable, in: name) }
  }
}

extension NetworkError {
  /// - Parameter file: what is written, or another name of it.
  init(unwritable: [Unsupported], in file: String) {
    self.init(
      unsupported: unwritable, in: file, expected: "operators and settings that the format has")
  }

  /// Something of a node that a format cannot say.
  init(unwritable node: Graph.Node, _ detail: String?) {
    self.init(
      unwritable: [
        .init(node: node.name, operation: node.operation.description, detail: detail)
      ], in: "node \"\(node.name)\"")
  }
}
