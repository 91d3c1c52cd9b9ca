import CConvolution

@testable import Convolution

/// The C library's table of kernels, without those that this CPU cannot run.
enum KernelTable {
  struct Entry: CustomStringConvertible, @unchecked Sendable {
    let kernel: UnsafePointer<conv_kernel>

    var family: String { String(cString: kernel.pointee.family) }
    var description: String { "\(family) \(InstructionSet(kernel.pointee.isa))" }
  }

  static let all: [Entry] = {
    var count: Int32 = 0
    let table = conv_kernels(&count)!
    return (0..<Int(count)).map { Entry(kernel: table[$0]!) }
      .filter { InstructionSet($0.kernel.pointee.isa) <= Machine.instructionSet }
  }()
}
