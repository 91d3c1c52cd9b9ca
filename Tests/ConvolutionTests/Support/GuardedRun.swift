import CConvolution

@_spi(Tools) @testable import Convolution
@testable import LayerCases

/// A problem as C takes it, with all its memory against inaccessible pages.
final class GuardedRun {
  private typealias Floats = GuardedMemory<Float>
  private let layerCase: LayerCase
  private let geometry: Geometry
  private let side: GuardedSide
  /// Floats from a 64-byte boundary to the input; everything else lies at others. nil: all memory touches a page.
  private let offset: Int?
  private let input: Floats
  private let residual: Floats?
  private let bias: Floats
  private var maps: [GuardedMemory<Int32>] = []
  private var constants: [Floats] = []
  /// Without a form.
  private var problem: conv_problem

  init(
    _ layerCase: LayerCase, layout: Layout, side: GuardedSide, offset: Int? = nil
  ) throws(ConvolutionError) {
    self.layerCase = layerCase
    self.side = side
    self.offset = offset
    input = GuardedMemory(
      arrange(layerCase.x, shape: layerCase.inputShape, in: layout), side: side, offset: offset)
    residual = layerCase.residual.map {
      GuardedMemory(
        arrange($0, shape: layerCase.outputShape, in: layout), side: side,
        offset: offset.map { ($0 + 3) % 16 })
    }
    bias = GuardedMemory(
      layerCase.bias ?? Array(repeating: 0, count: layerCase.weightShape[0]), side: side,
      offset: offset.map { ($0 + 6) % 16 })

    geometry = try layerCase.layer().geometry(
      for: arrange(shape: layerCase.inputShape, in: layout), layout: layout)
    let source = try Problem(
      geometry, activation: layerCase.activation, hasFiniteWeights: true, caches: Machine.caches)
    problem = source.base
    let axes: [WritableKeyPath<conv_problem, conv_axis>] = [\.axis.0, \.axis.1, \.axis.2]
    withExtendedLifetime(source) {
      for (path, axis) in zip(axes, geometry.axes) {
        let map = UnsafeBufferPointer(start: problem[keyPath: path].map, count: axis.mapCount)
        let rowSamples = geometry.input.channels * geometry.axes[2].kernel
        maps.append(GuardedMemory(Array(map), side: side))
        constants.append(
          GuardedMemory(Array(repeating: axis.constantValue, count: rowSamples), side: side))
        problem[keyPath: path].map = maps.last!.readOnly.baseAddress
        problem[keyPath: path].constant = constants.last!.readOnly.baseAddress
      }
    }
  }

  /// Why a kernel does not take the problem; nil where it does.
  func obstacle(of kernel: Kernel, hasFiniteWeights: Bool = true) -> String? {
    problem.has_finite_weights = hasFiniteWeights
    return kernel.entry.pointee.obstacle(&problem).map { String(cString: $0) }
  }

  /// Calls `body` with every way in which a kernel computes the problem; with none where it does not take it.
  func forEachWay(of kernel: Kernel, _ body: (Way) throws -> Void) rethrows {
    guard obstacle(of: kernel) == nil else { return }
    let forms = [conv_form](unsafeUninitializedCapacity: Int(CONV_MOST_FORMS)) { forms, count in
      count = Int(kernel.entry.pointee.forms(&problem, forms.baseAddress))
    }
    for form in forms {
      var formed = problem
      formed.form = form
      try body(Way(kernel: kernel, winograd: WinogradForm(form, of: geometry), problem: formed))
    }
    // What the ways point to.
    withExtendedLifetime(self) {}
  }

  /// Runs all of the output, as one task or with a task a panel on `threads` threads. Returns it, N C \*spatial.
  func run(
    _ way: Way, weightOrder: WeightOrder = .outputInputKernel, threads: Int32 = 1
  ) -> [Float] {
    let packed = pack(way, weightOrder)
    var problem = way.problem
    let stride = (way.kernel.entry.pointee.workspace_bytes(&problem) + 63) / 64 * 64
    let workspace = GuardedMemory<UInt8>(
      count: Int(min(threads, Int32(CONV_MOST_THREADS))) * stride, side: side, alignment: 64)
    let output = Floats(
      count: layerCase.outputShape.reduce(1, *), side: side, offset: offset.map { ($0 + 9) % 16 })
    output.buffer.update(repeating: .nan)
    var operands = conv_operands(
      x: input.readOnly.baseAddress, residual: residual?.readOnly.baseAddress, packed: nil,
      bias: bias.readOnly.baseAddress, y: output.buffer.baseAddress)
    let panels = Int32(way.panelCount)
    let tasks = (threads == 1 ? [0..<panels] : (0..<panels).map { $0..<$0 + 1 }).map {
      conv_task(
        first_panel: $0.lowerBound, end_panel: $0.upperBound, first: (0, 0, 0),
        end: (problem.axis.0.output, problem.axis.1.output, problem.axis.2.output))
    }
    withUnsafePointer(to: problem) { problem in
      var phase = conv_phase(
        kernel: way.kernel.entry, problem: problem,
        packed: UnsafeRawPointer(packed.buffer.baseAddress!).assumingMemoryBound(to: Float.self),
        x: 0, y: 0, first: (0, 0, 0), step: (1, 1, 1), merged: (1, 1, 1))
      conv_run(
        &phase, 1, &operands,
        conv_batch(images: Int64(layerCase.inputShape[0]), task_by_task: threads > 1), tasks,
        Int32(tasks.count), threads,
        conv_workspace(memory: workspace.bytes.baseAddress, stride: stride))
    }
    precondition(
      offset == nil || output.isIntact, "\(way.name) writes beside the output of \(layerCase)")
    return channelsFirst(
      Array(output.buffer), shape: layerCase.outputShape, from: geometry.layout)
  }

  /// The weights, packed out of `order`.
  func pack(_ way: Way, _ order: WeightOrder = .outputInputKernel) -> GuardedMemory<UInt8> {
    let ordered = Floats(
      layerCase.weights(in: order), side: side, offset: offset.map { ($0 + 12) % 16 })
    var weights = layerCase.weightStrides(in: order)
    weights.data = ordered.readOnly.baseAddress
    let packed = GuardedMemory<UInt8>(count: way.packedBytes, side: side, alignment: 64)
    way.pack(&weights, into: packed.bytes.baseAddress!, threads: 2)
    return packed
  }
}

extension LayerCase {
  /// The strides of ``weights(in:)``.
  fileprivate func weightStrides(in order: WeightOrder) -> conv_weights {
    let kernel = Array(repeating: 1, count: 3 - rank) + weightShape[2...]
    let taps = kernel.reduce(1, *)
    let isOutputFirst = order == .outputInputKernel
    let tapStride = isOutputFirst ? 1 : weightShape[0] * weightShape[1]
    return conv_weights(
      data: nil, output_stride: isOutputFirst ? weightShape[1] * taps : 1,
      input_stride: isOutputFirst ? taps : weightShape[0],
      kernel_stride: (kernel[1] * kernel[2] * tapStride, kernel[2] * tapStride, tapStride))
  }
}
