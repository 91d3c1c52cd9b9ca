import CConvolution

/// Axes resampled one after the other, or two neighbours at once.
struct ResamplingStep: Step {
  struct Pass: Sendable {
    /// Bytes of what it computes.
    let byteCount: Int
    let workspaceBytes: Int
    let run:
      @Sendable (_ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer, UnsafeMutableRawPointer?) ->
        Void
  }

  let passes: [Pass]

  /// What two passes in turn write, but for the last one: it writes the output.
  private var intermediateBytes: Int {
    (passes.dropLast().map(\.byteCount).max() ?? 0).roundedUp(to: 64)
  }

  private var intermediates: Int { min(passes.count - 1, 2) }

  var workspaceBytes: Int {
    intermediates * intermediateBytes + (passes.map(\.workspaceBytes).max() ?? 0)
  }

  func run(_ operands: Operands) {
    guard let output = operands.output(0), var x = operands.input(0) else { return }
    let workspace = operands.workspace.map { $0 + intermediates * intermediateBytes }
    for (place, pass) in passes.enumerated() {
      let y =
        place == passes.count - 1
        ? output : operands.workspace! + place % intermediates * intermediateBytes
      pass.run(x, y, workspace)
      x = UnsafeRawPointer(y)
    }
  }

  var algorithm: String { "\(passes.count) pass\(passes.count == 1 ? "" : "es")" }
}

extension ResamplingStep.Pass {
  /// One axis of floats, outer x inputs x inner.
  init(_ taps: Taps, outer: Int, inner: Int, _ context: PlanningContext) {
    let (isa, threads) = (context.isa, context.threads)
    self.init(byteCount: outer * taps.outputs * inner * 4, workspaceBytes: 0) { x, y, _ in
      withUnsafePointer(to: taps.resampling(outer: outer, inner: inner)) {
        conv_run_resampling(
          isa, $0, x.assumingMemoryBound(to: Float.self), y.assumingMemoryBound(to: Float.self),
          threads)
      }
    }
  }

  /// Two neighbouring axes of floats, outer x inputs x inputs x inner.
  init(_ height: Taps, _ width: Taps, outer: Int, inner: Int, _ context: PlanningContext) {
    let (isa, threads) = (context.isa, context.threads)
    @Sendable func call<Value>(
      _ body: (UnsafePointer<conv_resampling>, UnsafePointer<conv_resampling>) -> Value
    ) -> Value {
      withUnsafePointer(to: height.resampling(outer: outer, inner: inner)) { height in
        withUnsafePointer(to: width.resampling(outer: outer, inner: inner)) { body(height, $0) }
      }
    }
    let stride = Int(call(conv_resampling_workspace_bytes)).roundedUp(to: 64)
    self.init(
      byteCount: outer * height.outputs * width.outputs * inner * 4,
      workspaceBytes: stride * Int(threads)
    ) { x, y, workspace in
      call {
        conv_run_resampling_2d(
          isa, $0, $1, x.assumingMemoryBound(to: Float.self), y.assumingMemoryBound(to: Float.self),
          threads, conv_workspace(memory: workspace, stride: stride))
      }
    }
  }

  /// One axis of elements of any type, each output one of the inputs.
  init(
    nearest taps: Taps, outer: Int, innerBytes: Int, _ context: PlanningContext
  ) throws(NetworkError) {
    let threads = context.threads
    let indices = taps.index.array(of: Int32.self).map(Int64.init)
    let index = try NetworkTensor(indices, shape: [indices.count])
    self.init(byteCount: outer * taps.outputs * innerBytes, workspaceBytes: 0) { x, y, _ in
      conv_run_gather(
        x, index.mutableBytes.assumingMemoryBound(to: Int64.self).baseAddress, y, Int64(outer),
        Int64(taps.inputs), Int64(taps.outputs), Int64(innerBytes), threads)
    }
  }
}

extension Int {
  fileprivate func roundedUp(to multiple: Int) -> Int {
    (self + multiple - 1) / multiple * multiple
  }
}
