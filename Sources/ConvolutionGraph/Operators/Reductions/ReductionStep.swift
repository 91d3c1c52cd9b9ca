import CConvolution

/// A planned reduction of floats.
struct ReductionStep: Step {
  private let reduction: conv_reduction
  private let isa: conv_isa
  private let threads: Int32

  init(
    _ kind: conv_reduction_kind, _ shape: [Int], _ isReduced: [Bool], _ context: PlanningContext
  ) throws(NetworkError) {
    let axes = try CollapsedAxes(shape, marked: isReduced)
    var reduction = conv_reduction()
    reduction.kind = kind
    reduction.axes = Int32(axes.extents.count)
    assign(axes.extents.map(Int64.init), to: &reduction.extent)
    assign(axes.isMarked, to: &reduction.reduced)
    self.reduction = reduction
    isa = context.isa
    threads = context.threads
  }

  func run(_ operands: Operands) { run(operands.floats(0), operands.outputFloats(0)) }

  /// The same on memory that is no step's.
  func run(_ x: UnsafePointer<Float>?, _ y: UnsafeMutablePointer<Float>?) {
    withUnsafePointer(to: reduction) { conv_run_reduction(isa, $0, x, y, threads) }
  }
}

/// A planned reduction of integers, which wrap around; a mean is rounded towards 0.
struct IntegerReductionStep<Element: NetworkElement & FixedWidthInteger>: Step {
  private let kind: conv_reduction_kind
  /// Operand 0 is x, operand 1 the output, which repeats along reduced axes.
  private let axes: CollapsedAxes
  /// Elements of the output, and those that come to one of them.
  private let outputCount, terms: Int

  init(
    _ kind: conv_reduction_kind, _ shape: [Int], _ isReduced: [Bool]
  ) throws(NetworkError) {
    self.kind = kind
    let kept = zip(shape, isReduced).map { $1 ? 1 : $0 }
    axes = try CollapsedAxes(
      shape, strides: [CollapsedAxes.strides(of: shape), Broadcast.strides(of: kept)],
      marked: isReduced)
    outputCount = kept.product
    terms = zip(shape, isReduced).map { $1 ? $0 : 1 }.product
  }

  private var empty: Element {
    switch kind {
    case CONV_REDUCE_MIN: .max
    case CONV_REDUCE_MAX: .min
    case CONV_REDUCE_PRODUCT: 1
    default: 0
    }
  }

  private func joined(_ a: Element, _ x: Element) -> Element {
    switch kind {
    case CONV_REDUCE_MIN: min(a, x)
    case CONV_REDUCE_MAX: max(a, x)
    case CONV_REDUCE_PRODUCT: a &* x
    case CONV_REDUCE_L1: a &+ (x < 0 ? 0 &- x : x)
    case CONV_REDUCE_SUM_SQUARE: a &+ x &* x
    default: a &+ x
    }
  }

  func run(_ operands: Operands) {
    let x = operands.elements(0, of: Element.self, count: axes.count)
    let y = operands.outputElements(0, of: Element.self, count: outputCount)
    y.update(repeating: empty)
    for row in 0..<axes.rowCount {
      let (from, to) = (axes.offset(of: 0, row: row), axes.offset(of: 1, row: row))
      for index in 0..<axes.rowExtent {
        let place = to + index * axes.step(of: 1)
        y[place] = joined(y[place], x[from + index * axes.step(of: 0)])
      }
    }
    if kind == CONV_REDUCE_MEAN, terms > 0 {
      for index in y.indices { y[index] = Element(Int64(y[index]) / Int64(terms)) }
    }
  }
}
