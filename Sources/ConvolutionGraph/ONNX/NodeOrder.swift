extension [GraphReader.Node] {
  /// The nodes, each behind those whose outputs it needs, and as they are where that is so; nil where some need each
  /// other's.
  func inOrder() -> [GraphReader.Node]? {
    var producers: [String: Int] = [:]
    for (index, node) in enumerated() {
      for case let name? in node.outputs { producers[name] = index }
    }
    var states = [VisitState](repeating: .new, count: count)
    var order: [GraphReader.Node] = []
    for first in indices {
      // On the way to a node that can come next; a recursion might be as deep as there are nodes.
      var way = [first]
      while let index = way.last {
        guard states[index] == .new else {
          if states[index] == .waiting { order.append(self[index]) }
          states[index] = .done
          way.removeLast()
          continue
        }
        states[index] = .waiting
        for case .value(let name)? in self[index].inputs {
          guard let need = producers[name] else { continue }
          if states[need] == .waiting { return nil }
          if states[need] == .new { way.append(need) }
        }
      }
    }
    return order
  }
}

private enum VisitState {
  case new, waiting, done
}
