import CConvolution

/// Copies of elements of any type, one after the other, from where they lie to where they are to be.
struct CopyStep: Step {
  /// Tensors that elements are copied between.
  enum Memory: Sendable {
    case input(Int)
    case output(Int)
    case constant(NetworkTensor)
  }

  /// A way through a tensor: where it begins, and the steps along each of its axes, of any sign, in elements.
  struct Walk: Sendable {
    let memory: Memory
    var first = 0
    var strides: [Int]

    /// All of a dense tensor in its order.
    static func whole(_ memory: Memory, _ shape: [Int]) -> Walk {
      Walk(memory: memory, strides: CollapsedAxes.strides(of: shape))
    }

    /// One element again and again.
    static func element(_ memory: Memory, axes: Int) -> Walk {
      Walk(memory: memory, strides: Array(repeating: 0, count: axes))
    }
  }

  private struct Part: Sendable {
    let copy: conv_copy
    let from, to: Memory
    /// Where the walks begin, in bytes.
    let fromByte, toByte: Int
  }

  private let elementBytes: Int
  private let isa: conv_isa
  private let threads: Int32
  private var parts: [Part] = []

  init(_ element: ElementType, _ context: PlanningContext) {
    elementBytes = element.byteCount
    isa = context.isa
    threads = context.threads
  }

  /// A step that gives a constant.
  init(_ constant: NetworkTensor, _ context: PlanningContext) throws(NetworkError) {
    self.init(constant.element, context)
    try add(
      constant.shape, from: .whole(.constant(constant), constant.shape),
      to: .whole(.output(0), constant.shape))
  }

  /// Adds a copy of as many elements as `extents` say, behind all that are there.
  ///
  /// - Throws: `.shapeMismatch` for more axes than can be walked.
  mutating func add(_ extents: [Int], from: Walk, to: Walk) throws(NetworkError) {
    guard !extents.contains(0) else { return }
    let axes = try CollapsedAxes(extents, strides: [from.strides, to.strides])
    var copy = conv_copy()
    copy.axes = Int32(axes.extents.count)
    copy.element_bytes = Int32(elementBytes)
    assign(axes.extents, to: &copy.extent)
    assign(axes.strides[0], to: &copy.from)
    assign(axes.strides[1], to: &copy.to)
    parts.append(
      Part(
        copy: copy, from: from.memory, to: to.memory, fromByte: from.first * elementBytes,
        toByte: to.first * elementBytes))
  }

  func run(_ operands: Operands) {
    for part in parts {
      guard let to = part.to.address(in: operands), let from = part.from.address(in: operands)
      else { continue }
      withUnsafePointer(to: part.copy) {
        conv_run_copy(isa, $0, from + part.fromByte, to + part.toByte, threads)
      }
    }
  }

  func leavingOut(_ inputs: Set<Int>) -> (any Step)? {
    var step = self
    step.parts.removeAll { part in
      if case .input(let number) = part.from { inputs.contains(number) } else { false }
    }
    return step
  }

  var algorithm: String { parts.count == 1 ? "copy" : "\(parts.count) copies" }
}

extension CopyStep.Memory {
  /// nil: an output that nobody wants.
  fileprivate func address(in operands: Operands) -> UnsafeMutableRawPointer? {
    switch self {
    case .input(let index): UnsafeMutableRawPointer(mutating: operands.input(index))
    case .output(let index): operands.output(index)
    case .constant(let tensor): tensor.mutableBytes.baseAddress
    }
  }
}
