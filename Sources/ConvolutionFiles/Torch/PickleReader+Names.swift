import Convolution

/// The tensors in a pickle's containers, by name.
extension PickleReader {
  /// Containers in each other at most.
  private static let deepestName = 64
  /// Bytes that all names may have together, besides four times the pickle.
  private static let leastLetters = 1 << 20

  /// Keys and places on the way to each tensor, joined by points. What is no tensor is passed over.
  ///
  /// - Parameter name: what a tensor is called that is in no container.
  /// - Throws: `.unsupportedFile` for containers in each other without end, and for two tensors of one name.
  func namedTensors(
    in value: PickleValue, name: String
  ) throws(ConvolutionError) -> [(name: String, tensor: TorchTensor)] {
    var found: [(name: String, tensor: TorchTensor)] = []
    var names: Set<String> = []
    // Containers may be in several others: a small file could have more paths than anyone can follow.
    var budget = PickleStack.budget(for: bytes)
    var letters = Self.leastLetters + 4 * bytes.count
    var waiting = [(name: "", value: value, depth: 0)]
    while let (path, value, depth) = waiting.popLast() {
      budget -= container(value)?.count ?? 0
      guard budget >= 0, letters >= 0, depth <= Self.deepestName else {
        throw malformed("containers in each other without end, at \(path.prefix(80))")
      }
      func wait(_ key: String, _ value: PickleValue) {
        // What is too much is told when the next value is taken.
        guard value.leadsToTensors, letters >= 0 else { return }
        letters -= key.utf8.count + path.utf8.count
        waiting.append((path.isEmpty ? key : "\(path).\(key)", value, depth + 1))
      }
      switch value {
      case .tensor(let place):
        let name = path.isEmpty ? name : path
        guard names.insert(name).inserted else {
          throw malformed("two tensors \"\(name.prefix(80))\"")
        }
        found.append((name, tensors[place]))
      case .list(let place), .tuple(let place):
        for (index, item) in stack.containers[place].enumerated().reversed() {
          wait("\(index)", item)
        }
      case .dictionary(let place):
        let items = stack.containers[place]
        for index in stride(from: items.count - 2, through: 0, by: -2) {
          switch items[index] {
          case .text(let key): wait(key, items[index + 1])
          case .integer(let key): wait("\(key)", items[index + 1])
          default: break
          }
        }
      default: break
      }
    }
    return found
  }

  private func container(_ value: PickleValue) -> [PickleValue]? {
    switch value {
    case .list(let place), .tuple(let place), .dictionary(let place): stack.containers[place]
    default: nil
    }
  }
}

extension PickleValue {
  /// Whether this is a tensor or may hold some.
  fileprivate var leadsToTensors: Bool {
    switch self {
    case .tensor, .list, .tuple, .dictionary: true
    default: false
    }
  }
}
