import Convolution
import Testing

/// A tensor is a value in aligned memory.
struct TensorTests {
  @Test func aCopyKeepsItsElementsWhenTheOriginalIsWritten() throws {
    var original = try Tensor([1, 2, 3], shape: [3])
    let copy = original
    original.withUnsafeMutableBufferPointer { $0[1] = 9 }
    #expect(original.elements == [1, 9, 3])
    #expect(copy.elements == [1, 2, 3])
  }

  @Test func anUnsharedTensorIsWrittenInPlace() throws {
    var tensor = try Tensor([1, 2, 3], shape: [3])
    let before = tensor.withUnsafeBufferPointer { $0.baseAddress }
    let during = tensor.withUnsafeMutableBufferPointer { UnsafePointer($0.baseAddress) }
    #expect(before == during)
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

  @Test func elementsComeFromAndGoToArraysAndBuffers() throws {
    let values: [Float] = [1, -2, .infinity, 0.5, -0.0, 6]
    let fromArray = try Tensor(values, shape: [2, 3], layout: .channelsLast)
    let fromBuffer = try values.withUnsafeBufferPointer {
      try Tensor(copying: $0, shape: [2, 3], layout: .channelsLast)
    }
    #expect(fromArray.elements == values)
    #expect(fromBuffer == fromArray)
    #expect(fromArray.count == 6)
    #expect(fromArray.shape == [2, 3])
    #expect(fromArray.layout == .channelsLast)
    #expect(fromArray.withUnsafeBufferPointer { Array($0) } == values)
  }

  @Test func aRepeatedValueFillsTheShape() throws {
    #expect(try Tensor(repeating: 2.5, shape: [2, 2]).elements == [2.5, 2.5, 2.5, 2.5])
    #expect(try Tensor(shape: [3]).elements == [0, 0, 0])
    #expect(try Tensor(repeating: 4, shape: []).elements == [4])
  }

  @Test func equalityIsOfShapeLayoutAndElements() throws {
    let tensor = try Tensor([1, 2], shape: [1, 2])
    #expect(try tensor == Tensor([1, 2], shape: [1, 2]))
    #expect(try tensor != Tensor([1, 3], shape: [1, 2]))
    #expect(try tensor != Tensor([1, 2], shape: [2, 1]))
    #expect(try tensor != Tensor([1, 2], shape: [1, 2], layout: .channelsLast))
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
