/// A value on a pickle's stack. Containers lie in one list of the reader and are named by their place in it, so that
/// nothing nests and loops cost nothing.
enum PickleValue: Sendable {
  case none
  case bool(Bool)
  case integer(Int)
  case float(Double)
  case text(String)
  case tuple(Int)
  case list(Int)
  /// Keys and values in turn.
  case dictionary(Int)
  /// A name of something that Python would look up: one of those that mean something here.
  case global(TorchGlobal)
  /// A tensor's place in the reader's list of them.
  case tensor(Int)
  /// A storage's place in the reader's list of them.
  case storage(Int)
  /// Something that is neither tensor nor container, of which nothing is kept.
  case opaque

  /// What errors call it.
  var kind: String {
    switch self {
    case .none: "None"
    case .bool: "a truth value"
    case .integer: "an integer"
    case .float: "a float"
    case .text(let text): "\"\(text.prefix(40))\""
    case .tuple: "a tuple"
    case .list: "a list"
    case .dictionary: "a dictionary"
    case .global(let global): global.name
    case .tensor: "a tensor"
    case .storage: "a storage"
    case .opaque: "an object"
    }
  }
}
