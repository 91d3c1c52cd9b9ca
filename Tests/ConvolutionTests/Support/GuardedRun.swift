import CConvolution

@testable import Convolution

/// A problem as C takes it, with all its memory against inaccessible pages.
final class GuardedRun {
  private typealias Floats = GuardedMemory<Float>
  private let layerCase: LayerCase
  private let layout: Layout
  private let side: GuardedSide
  private let input: Floats
  private let residual: Floats?
  private let bias: Floats
  private var maps: [GuardedMemory<Int32>] = []
  private var constants: [Floats] = []
  private var problem: conv_problem

  /// - Parameter tile: Winograd's, along depth, height and width.
  init(
    _ layerCase: LayerCase, layout: Layout, side: GuardedSide, vectorsWithinRows: Bool,
    tile: [Int] = [1, 1, 1]
  ) {
    self.layerCase = layerCase
    self.layout = layout
    self.side = side
    input = GuardedMemory(arrange(layerCase.x, shape: layerCase.inputShape, in: layout), side: side)
    residual = layerCase.residual.map {
      GuardedMemory(arrange($0, shape: layerCase.outputShape, in: layout), side: side)
    }
    let outputs = layerCase.weightShape[0]
    bias = GuardedMemory(layerCase.bias ?? Array(repeating: 0, count: outputs), side: side)

    let missing = 3 - layerCase.rank
    var axes: [conv_axis] = []
    for place in 0..<3 {
      let map = place < missing ? .missing : layerCase.axisMap(place - missing)
      let indices = GuardedMemory(map.indices, side: side)
      let constant = GuardedMemory(
        Array(
          repeating: map.constantValue,
          count: layerCase.inputShape[1] * layerCase.weightShape[layerCase.rank + 1]), side: side)
      maps.append(indices)
      constants.append(constant)
      axes.append(
        conv_axis(
          input: Int32(map.input), output: Int32(map.output), kernel: Int32(map.kernel),
          stride: Int32(map.stride), dilation: Int32(map.dilation), before: Int32(map.before),
          inside_begin: Int32(map.inside.lowerBound), inside_end: Int32(map.inside.upperBound),
          map: indices.readOnly.baseAddress, constant: constant.readOnly.baseAddress))
    }
    problem = conv_problem(
      axis: (axes[0], axes[1], axes[2]), groups: Int32(layerCase.groups),
      output_channels: Int32(outputs / layerCase.groups),
      input_channels: Int32(layerCase.weightShape[1]),
      x: strides(layerCase.inputShape, layout), y: strides(layerCase.outputShape, layout),
      winograd: (Int32(tile[0]), Int32(tile[1]), Int32(tile[2])),
      vectors_within_rows: vectorsWithinRows,
      activation: layerCase.activation.resolved)
  }

  /// Packs the weights out of `weightOrder`, runs one task with all of the output and returns it, N C \*spatial.
  func run(_ kernel: UnsafePointer<conv_kernel>, weightOrder: WeightOrder) throws -> [Float] {
    let ordered = Floats(layerCase.weights(in: weightOrder), side: side)
    var weights = layerCase.weightExtents(in: weightOrder)
    weights.data = ordered.readOnly.baseAddress
    weights.winograd = problem.winograd
    let packed = Floats(count: kernel.pointee.packed_floats(&weights), side: side, alignment: 64)
    kernel.pointee.pack(&weights, packed.buffer.baseAddress)

    let stride = (kernel.pointee.workspace_bytes(&problem) + 63) / 64 * 64
    let workspace = GuardedMemory<UInt8>(count: stride, side: side, alignment: 64)
    let output = Floats(count: layerCase.outputShape.reduce(1, *), side: side)
    output.buffer.update(repeating: .nan)
    var operands = conv_operands(
      x: input.readOnly.baseAddress, residual: residual?.readOnly.baseAddress,
      packed: packed.readOnly.baseAddress, bias: bias.readOnly.baseAddress,
      y: output.buffer.baseAddress)
    var task = conv_task(
      first_panel: 0, end_panel: kernel.pointee.panel_count(&weights), first: (0, 0, 0),
      end: (problem.axis.0.output, problem.axis.1.output, problem.axis.2.output))
    conv_run(
      kernel, &problem, &operands, Int64(layerCase.inputShape[0]), &task, 1, 1,
      workspace.bytes.baseAddress,
      stride)
    return channelsFirst(Array(output.buffer), shape: layerCase.outputShape, from: layout)
  }
}

extension LayerCase {
  fileprivate func axisMap(_ axis: Int) -> AxisMap {
    AxisMap(
      input: inputShape[2 + axis], output: outputShape[2 + axis], kernel: weightShape[2 + axis],
      stride: stride[axis], dilation: dilation[axis], before: paddingAmount(axis: axis).before,
      border: border[axis])
  }

  /// The weights in the order that `order` names.
  func weights(in order: WeightOrder) -> [Float] {
    guard order == .kernelInputOutput else { return w }
    let outputs = weightShape[0]
    let inputs = weightShape[1]
    let taps = weightShape[2...].reduce(1, *)
    return (0..<taps).flatMap { tap in
      (0..<inputs).flatMap { input in
        (0..<outputs).map { w[($0 * inputs + input) * taps + tap] }
      }
    }
  }

  /// The extents and strides of ``weights(in:)``.
  fileprivate func weightExtents(in order: WeightOrder) -> conv_weights {
    let missing = 3 - rank
    let kernel = Array(repeating: 1, count: missing) + weightShape[2...]
    let taps = kernel.reduce(1, *)
    let isOutputFirst = order == .outputInputKernel
    let tapStride = isOutputFirst ? 1 : weightShape[0] * weightShape[1]
    return conv_weights(
      groups: Int32(groups), output_channels: Int32(weightShape[0] / groups),
      input_channels: Int32(weightShape[1]),
      kernel: (Int32(kernel[0]), Int32(kernel[1]), Int32(kernel[2])),
      winograd: (1, 1, 1), data: nil, output_stride: isOutputFirst ? weightShape[1] * taps : 1,
      input_stride: isOutputFirst ? taps : weightShape[0],
      kernel_stride: (kernel[1] * kernel[2] * tapStride, kernel[2] * tapStride, tapStride))
  }
}

/// The distances of a tensor of `shape`, N C \*spatial, that lies in `layout`.
private func strides(_ shape: [Int], _ layout: Layout) -> conv_strides {
  let extents = Array(repeating: 1, count: 5 - shape.count) + shape[2...]
  let plane = extents.reduce(1, *)
  let step = layout == .channelsFirst ? 1 : shape[1]
  return conv_strides(
    image: shape[1] * plane, channel: layout == .channelsFirst ? plane : 1,
    axis: (extents[1] * extents[2] * step, extents[2] * step, step))
}
