import CConvolution

/// A kernel family on one instruction set, from the C table of kernels.
struct Kernel: Sendable {
  nonisolated(unsafe) private let table: UnsafePointer<conv_kernel>

  /// The family's kernel with the widest instruction set not above `instructionSet`.
  init(family: KernelFamily, instructionSet: InstructionSet) {
    table = conv_kernel_find(family.rawValue, instructionSet.resolved)!
  }

  var pointer: UnsafePointer<conv_kernel> { table }
  var identity: KernelIdentity { KernelIdentity(table: UnsafeRawPointer(table)) }
  var instructionSet: InstructionSet { InstructionSet(table.pointee.isa) }
  var tilePixels: Int { Int(table.pointee.tile_pixels) }
  var tileChannels: Int { Int(table.pointee.tile_channels) }

  func panelCount(_ weights: conv_weights) -> Int {
    withUnsafePointer(to: weights) { Int(table.pointee.panel_count($0)) }
  }

  func packedBytes(_ weights: conv_weights) -> Int {
    withUnsafePointer(to: weights) { table.pointee.packed_floats($0) } * MemoryLayout<Float>.stride
  }

  /// - Throws: `.outOfMemory`.
  func pack(_ weights: conv_weights) throws(ConvolutionError) -> AlignedMemory<Float> {
    let floats = withUnsafePointer(to: weights) { table.pointee.packed_floats($0) }
    let packed = try AlignedMemory<Float>(count: floats, argument: "packed weights")
    withUnsafePointer(to: weights) { table.pointee.pack($0, packed.buffer.baseAddress!) }
    return packed
  }

  func workspaceBytes(_ problem: UnsafePointer<conv_problem>) -> Int {
    table.pointee.workspace_bytes(problem)
  }
}

/// The folders of Sources/CConvolution/kernels.
enum KernelFamily: String {
  case denseChannelsLast = "dense_channels_last"
  case denseChannelsFirst = "dense_channels_first"
  case denseTransposed = "dense_transposed"
  case depthwiseChannelsLast = "depthwise_channels_last"
  case depthwiseChannelsFirst = "depthwise_channels_first"
  case planarChannelsLast = "planar_channels_last"
  case planarChannelsFirst = "planar_channels_first"
  case fewOutputsChannelsLast = "few_outputs_channels_last"
  case winograd
  case general
}

/// Tells kernels apart: each has one entry in the table.
struct KernelIdentity: Hashable, @unchecked Sendable {
  let table: UnsafeRawPointer
}
