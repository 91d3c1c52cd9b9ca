import CConvolution

/// `Gather`: of one axis what the indices in input 1 say, in place of the axis; negative indices count from the end.
///
/// An index outside is an error where indices are known when a plan is made, and reads the closest element in a run.
struct GatherOperator: Operator {
  /// A negative one counts from the end.
  let axis: Int

  var description: String { "Gather \(axis)" }

  func outputTypes(for arguments: Arguments) throws(NetworkError) -> [TensorType] {
    let x = try arguments.type(0, "x")
    let axis = try x.shape.axis(axis)
    let indices = try arguments.indices(1, of: x.shape[axis])
    let shape = x.shape[..<axis] + indices.shape + x.shape[(axis + 1)...]
    return [try TensorType(x.element, Array(shape)).checked()]
  }

  func step(
    for arguments: Arguments, outputs: [TensorType], context: PlanningContext
  ) throws(NetworkError) -> any Step {
    let (x, indices) = (try arguments.type(0, "x"), try arguments.type(1, "indices"))
    let split = AxisSplit(x.shape, axis: try x.shape.axis(axis))
    return GatherStep(
      outer: split.outer, rows: split.count, rowBytes: split.inner * x.element.byteCount,
      indices: indices, threads: context.threads)
  }

  /// Where the indices are a vector: the output has the input's axes.
  func permuted(by permutation: [Int], _ arguments: Arguments) -> Permuted? {
    guard arguments[1]?.type.shape.count == 1, let axis = try? permutation.axis(axis) else {
      return nil
    }
    return Permuted(
      operation: GatherOperator(axis: permutation.place(of: axis)), inputs: [permutation, nil])
  }
}

extension Arguments {
  /// The type of an input that has indices into an axis of `extent` elements.
  ///
  /// - Throws: `.shapeMismatch` for other elements, and for any index into nothing; `.invalidValue` for one that is known
  ///   and lies outside.
  func indices(_ index: Int, of extent: Int) throws(NetworkError) -> TensorType {
    let type = try type(index, "indices")
    guard type.element == .int64 || type.element == .int32, extent > 0 || type.count == 0 else {
      throw NetworkError(
        .shapeMismatch, argument: "indices", received: "\(type) into \(extent) elements",
        expected: "int64 or int32, none into nothing")
    }
    let known = self[index]?.constant?.integers ?? []
    if let outside = known.first(where: { !(-extent..<extent).contains($0) }) {
      throw NetworkError(
        .invalidValue, argument: "indices", received: "\(outside)",
        expected: "indices from \(-extent) to \(extent - 1)")
    }
    return type
  }
}

/// Rows picked by index.
struct GatherStep: Step {
  let outer, rows, rowBytes: Int
  /// Their type.
  let indices: TensorType
  let threads: Int32

  /// The indices, inside and in 64 bits.
  var workspaceBytes: Int { indices.count * MemoryLayout<Int64>.stride }

  func run(_ operands: Operands) {
    guard outer * rowBytes * indices.count > 0, let output = operands.output(0) else { return }
    let inside = operands.workspace!.assumingMemoryBound(to: Int64.self)
    let read = IndexReader(operands.input(1)!, indices.element)
    for i in 0..<indices.count { inside[i] = Int64(read.index(at: i, of: rows)) }
    conv_run_gather(
      operands.input(0), inside, output, Int64(outer), Int64(rows), Int64(indices.count),
      Int64(rowBytes), threads)
  }
}

/// Indices of a tensor, in 64 or 32 bits.
struct IndexReader {
  private let memory: UnsafeRawPointer
  private let isWide: Bool

  init(_ memory: UnsafeRawPointer, _ element: ElementType) {
    self.memory = memory
    isWide = element == .int64
  }

  /// An index into an axis of `extent` elements, counted from its beginning; the closest one for one that lies outside.
  func index(at place: Int, of extent: Int) -> Int {
    let index =
      isWide
      ? Int(memory.loadUnaligned(fromByteOffset: place * 8, as: Int64.self))
      : Int(memory.loadUnaligned(fromByteOffset: place * 4, as: Int32.self))
    return min(max(index < 0 ? index + extent : index, 0), extent - 1)
  }
}
