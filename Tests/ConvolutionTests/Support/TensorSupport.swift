import CConvolution

/// The instruction sets of this CPU.
let instructionSets = [CONV_ISA_SCALAR, CONV_ISA_AVX2, CONV_ISA_AVX512].filter {
  $0.rawValue <= conv_isa_detect().rawValue
}

/// Writes `values` to the first elements of a C array, which Swift sees as a tuple.
func fill<Tuple, Element>(_ tuple: inout Tuple, with values: [Element]) {
  withUnsafeMutableBytes(of: &tuple) { bytes in
    let elements = bytes.bindMemory(to: Element.self)
    for (index, value) in values.enumerated() { elements[index] = value }
  }
}

func int64s(_ values: [Int]) -> [Int64] { values.map(Int64.init) }

/// Every index of a tensor of these extents, the last axis innermost.
func everyIndex(of extents: [Int]) -> [[Int]] {
  extents.reduce([[]]) { indices, extent in
    indices.flatMap { index in (0..<extent).map { index + [$0] } }
  }
}

func place(_ index: [Int], _ strides: [Int]) -> Int {
  zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }
}

func denseStrides(_ extents: [Int]) -> [Int] {
  extents.indices.map { extents[($0 + 1)...].reduce(1, *) }
}

/// What `run` writes to `count` floats on one thread; nil if two or three threads write other bits. Inaccessible pages
/// are before or behind what it may write.
func sameOnThreads(
  count: Int, workspaceBytes: Int = 0,
  _ run: (UnsafeMutablePointer<Float>, Int32, conv_workspace) -> Void
)
  -> [Float]?
{
  let results = (1...3).map { threads in
    let side: GuardedSide = threads == 1 ? .before : .after
    let stride = (workspaceBytes + 63) / 64 * 64
    let memory = GuardedMemory<UInt8>(
      count: max(stride, 64) * threads, side: side, alignment: 64)
    memory.buffer.initialize(repeating: 0xff)
    let y = GuardedMemory(Array(repeating: Float(-77), count: count), side: side)
    run(
      y.buffer.baseAddress!, Int32(threads),
      conv_workspace(memory: memory.bytes.baseAddress, stride: stride))
    return Array(y.buffer)
  }
  let bits = results.map { $0.map(\.bitPattern) }
  return bits[1] == bits[0] && bits[2] == bits[0] ? results[0] : nil
}

/// The error of `value` in units of the last place of a float as large as `expected`, at least of the smallest normal.
func unitsInLastPlace(_ value: Float, _ expected: Double) -> Double {
  if expected.isNaN || value.isNaN { return expected.isNaN && value.isNaN ? 0 : .infinity }
  let rounded = Float(expected)
  if rounded == value { return 0 }
  if rounded.isInfinite || value.isInfinite { return .infinity }
  return abs(Double(value) - expected) / Double(max(abs(rounded), .leastNormalMagnitude).ulp)
}
