/// Which values share memory: a view lies where its source lies, parts of a concatenation lie in the whole, and an output
/// may take the place of an input that nobody needs any more.
struct Storage {
  /// What a buffer is.
  enum Kind: Hashable {
    /// So many bytes of the arena.
    case arena(Int)
    /// The caller's; it is only read.
    case input(Int)
    /// The caller's.
    case output(Int)
    case constant(Graph.ValueID)
  }

  struct Place {
    var buffer: Int
    /// In bytes from the buffer's beginning.
    var offset: Int
  }

  struct Buffer {
    var kind: Kind
    /// Steps, first and last; nil: no step works on it.
    var lifetime: ClosedRange<Int>?
  }

  private(set) var buffers: [Buffer] = []
  private var places: [Graph.ValueID: Place] = [:]
  private var members: [[Graph.ValueID]] = []

  func place(of value: Graph.ValueID) -> Place { places[value]! }
  func buffer(of value: Graph.ValueID) -> Buffer { buffers[place(of: value).buffer] }
  func hasPlace(_ value: Graph.ValueID) -> Bool { places[value] != nil }

  /// All that lies in the buffer of a value.
  func neighbours(of value: Graph.ValueID) -> [Graph.ValueID] {
    members[place(of: value).buffer]
  }

  mutating func add(_ value: Graph.ValueID, _ kind: Kind) {
    places[value] = Place(buffer: buffers.count, offset: 0)
    buffers.append(Buffer(kind: kind))
    members.append([value])
  }

  /// Puts a new value where another one lies, or some bytes behind its beginning.
  mutating func add(_ value: Graph.ValueID, in other: Graph.ValueID, offset: Int = 0) {
    let place = place(of: other)
    places[value] = Place(buffer: place.buffer, offset: place.offset + offset)
    members[place.buffer].append(value)
  }

  /// Moves all that shares a buffer with a value into another one's, some bytes behind that one's beginning.
  mutating func move(_ value: Graph.ValueID, into other: Graph.ValueID, offset: Int) {
    let (from, to) = (place(of: value).buffer, place(of: other))
    for member in members[from] {
      places[member]!.buffer = to.buffer
      places[member]!.offset += to.offset + offset
    }
    members[to.buffer] += members[from]
    members[from] = []
    buffers[from].kind = .arena(0)
  }

  /// The caller's memory takes the place of a part of the arena.
  mutating func setKind(_ kind: Kind, of value: Graph.ValueID) {
    buffers[place(of: value).buffer].kind = kind
  }

  /// Says that a step works on a value. Steps come in order.
  mutating func touch(_ value: Graph.ValueID, step: Int) {
    let buffer = place(of: value).buffer
    buffers[buffer].lifetime = (buffers[buffer].lifetime?.lowerBound ?? step)...step
  }
}
