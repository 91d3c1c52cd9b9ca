import CConvolution

/// A kernel family on one instruction set: an entry of C's table, which knows everything about it.
struct Kernel: Sendable {
  nonisolated(unsafe) let entry: UnsafePointer<conv_kernel>
  /// The name of its folder in Sources/CConvolution/kernels.
  let family: String
  let algorithm: Algorithm
  let instructionSet: InstructionSet

  private init(_ entry: UnsafePointer<conv_kernel>) {
    self.entry = entry
    family = String(cString: entry.pointee.family)
    algorithm = Algorithm(name: String(cString: entry.pointee.algorithm))
    instructionSet = InstructionSet(isa: entry.pointee.isa)
  }

  /// Family by family, the instruction sets of a family in rising order.
  static let all: [Kernel] = {
    var count: Int32 = 0
    let table = conv_kernels(&count)!
    return (0..<Int(count)).map { Kernel(table[$0]!) }
  }()

  /// Every family with the widest instruction set not above `set`.
  static func families(upTo set: InstructionSet) -> [Kernel] {
    all.filter { $0.instructionSet <= set }.reduce(into: []) { kernels, kernel in
      if kernels.last?.family == kernel.family { kernels.removeLast() }
      kernels.append(kernel)
    }
  }
}
