import Convolution
import Testing

/// A tensor is a value in aligned memory.
struct TensorTests {
  /// By every way to write it.
  @Test(
    arguments: [
      { $0.withUnsafeMutableBufferPointer { $0[1] = 9 } },
      { $0[1] = 9 },
      {
        var span = $0.mutableSpan
        span[1] = 9
      },
    ] as [@Sendable (inout Tensor) -> Void])
  func aCopyKeepsItsElementsWhenTheOriginalIsWritten(write: @Sendable (inout Tensor) -> Void) throws
  {
    var original = try Tensor([1, 2, 3], shape: [3])
    let copy = original
    write(&original)
    expectSame(original.elements, [1, 9, 3])
    expectSame(copy.elements, [1, 2, 3])
  }

  @Test func anUnsharedTensorIsWrittenInPlace() throws {
    var tensor = try Tensor([1, 2, 3], shape: [3])
    let before = tensor.withUnsafeBufferPointer { $0.baseAddress }
    let during = tensor.withUnsafeMutableBufferPointer { UnsafePointer($0.baseAddress) }
    #expect(before == during)
    tensor[0] = 4
    tensor[2] += 1
    #expect(tensor.withUnsafeBufferPointer { $0.baseAddress } == before)
    expectSame(tensor.elements, [4, 2, 4])
  }

  @Test(arguments: [0, 1, 15, 16, 17, 1000])
  func memoryBeginsOnA64ByteBoundary(count: Int) throws {
    // Several at once: one aligned address might be luck.
    let tensors = try (0..<8).map { _ in try Tensor(shape: [count]) }
    for tensor in tensors {
      let address = tensor.withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress) }
      #expect(address.isMultiple(of: 64))
    }
  }

  @Test func elementsComeFromAndGoToArraysAndSpans() throws {
    let values: [Float] = [1, -2, .infinity, 0.5, -0.0, 6]
    let fromArray = try Tensor(values, shape: [2, 3])
    let fromSpan = try Tensor(copying: values.span, shape: [2, 3])
    expectSame(fromArray.elements, values)
    #expect(fromSpan == fromArray)
    #expect(fromArray.count == 6)
    #expect(fromArray.shape == [2, 3])
    expectSame(fromArray.withUnsafeBufferPointer { Array($0) }, values)
    let span = fromArray.span
    expectSame(span.indices.map { span[$0] }, values)
  }

  @Test func aClosureWritesTheElements() throws {
    let ramp = try Tensor(shape: [2, 3]) { elements in
      // Zeros before.
      for i in elements.indices { elements[i] += Float(i) }
    }
    expectSame(ramp.elements, [0, 1, 2, 3, 4, 5])
    let error = ConvolutionError(.invalidValue, argument: "a", received: "b", expected: "c")
    #expect(throws: error) {
      try Tensor(shape: [2]) { _ throws(ConvolutionError) in throw error }
    }
  }

  @Test func aSubscriptTakesAnIndexForEachAxis() throws {
    var tensor = try Tensor((0..<24).map(Float.init), shape: [2, 3, 4])
    #expect(tensor[0, 0, 0] == 0)
    #expect(tensor[1, 2, 3] == 23)
    #expect(tensor[1, 0, 2] == 14)
    tensor[1, 0, 2] = -1
    #expect(tensor.elements[14] == -1)
    #expect(try Tensor([5], shape: [])[] == 5)
  }

  @Test func aRepeatedValueFillsTheShape() throws {
    expectSame(try Tensor(repeating: 2.5, shape: [2, 2]).elements, [2.5, 2.5, 2.5, 2.5])
    expectSame(try Tensor(shape: [3]).elements, [0, 0, 0])
    expectSame(try Tensor(repeating: 4, shape: []).elements, [4])
  }

  @Test func equalityIsOfShapeAndElements() throws {
    let tensor = try Tensor([1, 2], shape: [1, 2])
    #expect(try tensor == Tensor([1, 2], shape: [1, 2]))
    #expect(try tensor != Tensor([1, 3], shape: [1, 2]))
    #expect(try tensor != Tensor([1, 2], shape: [2, 1]))
  }

  @Test func anEmptyTensorHasAShape() throws {
    let tensor = try Tensor([], shape: [0, 3, 5])
    #expect(tensor.count == 0)
    #expect(tensor.elements == [])
    #expect(tensor.shape == [0, 3, 5])
  }

  @Test func aWrongNumberOfElementsIsRefused() {
    expectError(.wrongBufferSize, "elements", ["5 elements", "6", "[2, 3]"]) {
      _ = try Tensor([1, 2, 3, 4, 5], shape: [2, 3])
    }
    expectError(.wrongBufferSize, "elements", ["1 elements", "0"]) {
      _ = try Tensor([1], shape: [2, 0])
    }
  }

  @Test func aNegativeExtentIsRefused() {
    expectError(.nonPositiveSize, "shape", ["-3", "[2, -3]", "no negative extent"]) {
      _ = try Tensor(shape: [2, -3])
    }
    expectError(.nonPositiveSize, "shape", ["-1"]) { _ = try Tensor(shape: [0, -1]) }
  }

  @Test(arguments: [[Int.max, 2], [1 << 31, 1 << 31, 2], [1 << 62], [3, Int.max]])
  func aShapeThatDoesNotFitAnIntegerIsRefused(shape: [Int]) {
    expectError(.integerOverflow, "shape", ["64 bits"]) { _ = try Tensor(shape: shape) }
  }

  @Test func moreMemoryThanThereIsIsRefused() {
    expectError(.outOfMemory, "shape", ["\(4 << 55) bytes"]) { _ = try Tensor(shape: [1 << 55]) }
  }
}
