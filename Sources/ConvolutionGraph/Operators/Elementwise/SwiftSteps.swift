/// A function of every element, in plain Swift.
struct MapStep<Element: NetworkElement, Result: NetworkElement>: Step {
  private let count: Int
  private let function: @Sendable (Element) -> Result

  init(_ count: Int, _ function: @escaping @Sendable (Element) -> Result) {
    self.count = count
    self.function = function
  }

  func run(_ operands: Operands) {
    let x = operands.elements(0, of: Element.self, count: count)
    let y = operands.outputElements(0, of: Result.self, count: count)
    for index in y.indices { y[index] = function(x[index]) }
  }
}

/// A function of pairs of elements that broadcast against each other, in plain Swift.
struct PairStep<First: NetworkElement, Second: NetworkElement, Result: NetworkElement>: Step {
  private let axes: CollapsedAxes
  private let function: @Sendable (First, Second) -> Result

  init(_ axes: CollapsedAxes, _ function: @escaping @Sendable (First, Second) -> Result) {
    self.axes = axes
    self.function = function
  }

  func run(_ operands: Operands) {
    guard axes.count > 0 else { return }
    let first = operands.input(0)!.assumingMemoryBound(to: First.self)
    let second = operands.input(1)!.assumingMemoryBound(to: Second.self)
    let result = operands.outputElements(0, of: Result.self, count: axes.count)
    let (firstStep, secondStep) = (axes.step(of: 0), axes.step(of: 1))
    for row in 0..<axes.rowCount {
      let a = first + axes.offset(of: 0, row: row)
      let b = second + axes.offset(of: 1, row: row)
      let y = row * axes.rowExtent
      for index in 0..<axes.rowExtent {
        result[y + index] = function(a[index * firstStep], b[index * secondStep])
      }
    }
  }
}

extension Operands {
  func elements<Element>(_ index: Int, of type: Element.Type, count: Int) -> UnsafeBufferPointer<
    Element
  > {
    UnsafeBufferPointer(start: input(index)?.assumingMemoryBound(to: type), count: count)
  }

  func outputElements<Element>(
    _ index: Int, of type: Element.Type, count: Int
  ) -> UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: output(index)?.assumingMemoryBound(to: type), count: count)
  }
}
