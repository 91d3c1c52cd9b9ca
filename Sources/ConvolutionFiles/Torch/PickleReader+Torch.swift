import Convolution

/// What PyTorch's own functions would make of their arguments.
extension PickleReader {
  /// Puts what a name would make of `arguments` on the stack.
  ///
  /// - Throws: `.unsupportedFile` for arguments that make nothing.
  mutating func call(
    _ function: PickleValue, _ arguments: [PickleValue]
  ) throws(ConvolutionError) {
    guard case .global(let global) = function else {
      throw malformed("\(function.kind) that is called")
    }
    switch global {
    case .rebuild(let rebuild): try stack.push(tensor(rebuild, arguments))
    case .orderedDictionary: try stack.push(dictionary(arguments))
    case .size:
      let extents = arguments.count == 1 ? try items(arguments[0]) : []
      try stack.push(.tuple(stack.container(extents)))
    case .inert("collections.defaultdict"): try stack.push(.dictionary(stack.container()))
    case .inert: try stack.push(.opaque)
    case .storage, .type: throw malformed("\(global.name) that is called")
    }
  }

  /// An ordered dictionary: of nothing, or of pairs.
  private mutating func dictionary(
    _ arguments: [PickleValue]
  ) throws(ConvolutionError) -> PickleValue {
    var contents: [PickleValue] = []
    if let pairs = arguments.first {
      for pair in try items(pairs) {
        let pair = try items(pair)
        guard pair.count == 2 else { throw malformed("a pair of \(pair.count) values") }
        contents += pair
      }
    }
    return .dictionary(try stack.container(contents))
  }

  private mutating func tensor(
    _ rebuild: TorchGlobal.Rebuild, _ arguments: [PickleValue]
  ) throws(ConvolutionError) -> PickleValue {
    func argument(_ place: Int) throws(ConvolutionError) -> PickleValue {
      guard arguments.indices.contains(place) else {
        throw malformed("\(arguments.count) arguments of \(rebuild.rawValue)")
      }
      return arguments[place]
    }
    switch rebuild {
    case .tensor, .tensor2, .tensor3, .quantized:
      guard case .storage(let place) = try argument(0) else {
        throw malformed("\(try argument(0).kind) for a storage")
      }
      let storage = storages[place]
      var type = storage.type
      if rebuild == .tensor3 {
        guard case .global(.type(let given)) = try argument(6) else {
          throw malformed("\(try argument(6).kind) for a type")
        }
        type = given
      }
      if isNegated(arguments.dropFirst(rebuild == .tensor3 ? 7 : 6).first) { type = type.negated }
      return try view(
        storage, type, offset: argument(1), shape: argument(2), strides: argument(3))
    case .parameter, .parameterWithState:
      // What a parameter is of, as it is: most of the time a tensor.
      return try argument(0)
    case .sparse:
      // Not dense, and so passed over.
      return .opaque
    case .fromType:
      guard case .global(.rebuild(let inner)) = try argument(0), inner != .fromType else {
        throw malformed("\(try argument(0).kind) for a function that makes a tensor")
      }
      return try tensor(inner, items(argument(2)))
    }
  }

  /// Whether a tensor's metadata, `{"neg": True}`, says so.
  private func isNegated(_ metadata: PickleValue?) -> Bool {
    guard case .dictionary(let place)? = metadata else { return false }
    let contents = stack.containers[place]
    return contents.indices.dropLast().contains { index in
      if index % 2 == 0, case .text("neg") = contents[index], case .bool(true) = contents[index + 1]
      {
        return true
      }
      return false
    }
  }

  private mutating func view(
    _ storage: TorchStorage, _ type: TorchType, offset: PickleValue, shape: PickleValue,
    strides: PickleValue
  ) throws(ConvolutionError) -> PickleValue {
    let (shape, strides) = (try sizes(shape), try sizes(strides))
    guard case .integer(let offset) = offset, offset >= 0, shape.count == strides.count,
      shape.count <= TorchTensor.highestRank
    else {
      throw malformed("a tensor of shape \(shape.prefix(8)) with strides \(strides.prefix(8))")
    }
    // An offset counts elements of the tensor's own type; where a storage begins counts the storage's.
    let start = try Checked.multiply(storage.start, storage.type.size, argument: bytes.name)
    let first = try Checked.add(offset, start / type.size, argument: bytes.name)
    tensors.append(
      TorchTensor(storage: storage, type: type, offset: first, shape: shape, strides: strides))
    return .tensor(tensors.count - 1)
  }

  private func sizes(_ value: PickleValue) throws(ConvolutionError) -> [Int] {
    var sizes: [Int] = []
    for item in try items(value) {
      guard case .integer(let size) = item, size >= 0 else {
        throw malformed("\(item.kind) for a size")
      }
      sizes.append(size)
    }
    return sizes
  }

  /// Puts the storage on the stack that a persistent name tells: `("storage", type, key, device, count)`, and in old files
  /// which part of it.
  mutating func pushStorage(_ value: PickleValue) throws(ConvolutionError) {
    let parts = try items(value)
    guard parts.count >= 5, case .text("storage") = parts[0] else {
      throw malformed("a persistent name that begins with \(parts.first?.kind ?? "nothing")")
    }
    guard case .global(.storage(let type)) = parts[1], case .integer(let count) = parts[4],
      count >= 0
    else { throw malformed("a storage of \(parts[4].kind) elements of \(parts[1].kind)") }
    let key: String
    switch parts[2] {
    case .text(let text): key = text
    case .integer(let number): key = "\(number)"
    case let other: throw malformed("a storage called \(other.kind)")
    }
    var storage = TorchStorage(type: type, key: key, count: count)
    if parts.count > 5, case .tuple = parts[5] {
      let view = try items(parts[5])
      guard view.count == 3, case .integer(let start) = view[1], start >= 0 else {
        throw malformed("a part of a storage of \(view.count) values")
      }
      storage.start = start
    }
    storages.append(storage)
    try stack.push(.storage(storages.count - 1))
  }
}
