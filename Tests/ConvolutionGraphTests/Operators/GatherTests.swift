import Testing

@testable import ConvolutionGraph

struct GatherTests {
  @Test func indicesTakeThePlaceOfTheirAxis() throws {
    let x = try NetworkTensor([0, 1, 2, 3, 4, 5] as [Float], shape: [2, 3])
    let indices = try NetworkTensor([2, -3, 1, -1] as [Int32], shape: [2, 2])
    let node = try ArrangingCase("Gather", ["axis": .integer(1)], [x, indices])
    #expect(
      try node.output() == NetworkTensor([2, 0, 1, 2, 5, 3, 4, 5] as [Float], shape: [2, 2, 2]))
    let scalar = try NetworkTensor([Int64(-1)], shape: [])
    #expect(
      try ArrangingCase("Gather", [x, scalar]).output()
        == NetworkTensor([3, 4, 5] as [Float], shape: [3]))
  }

  @Test func rowsOfBytesAreGathered() throws {
    let x = try NetworkTensor([1, 2, 3, 4, 5, 6] as [UInt8], shape: [3, 2])
    #expect(
      try ArrangingCase("Gather", [x, .integers([2, 0])]).output()
        == NetworkTensor([5, 6, 1, 2] as [UInt8], shape: [2, 2]))
  }

  @Test func elementsAreGatheredAlongAnAxis() throws {
    let x = try NetworkTensor([1, 2, 3, 4, 5, 6, 7, 8, 9] as [Float], shape: [3, 3])
    let indices = try NetworkTensor([1, 2, 0, 2, 0, -3] as [Int64], shape: [2, 3])
    #expect(
      try ArrangingCase("GatherElements", [x, indices]).output()
        == NetworkTensor([4, 8, 3, 7, 2, 3] as [Float], shape: [2, 3]))
    let columns = try NetworkTensor([2, 0, -1] as [Int64], shape: [3, 1])
    #expect(
      try ArrangingCase("GatherElements", ["axis": .integer(1)], [x, columns]).output()
        == NetworkTensor([3, 4, 9] as [Float], shape: [3, 1]))
  }

  @Test(arguments: ["Gather", "GatherElements"])
  func indicesOutsideNeverReadOutside(operation: String) throws {
    let x = try NetworkTensor([1, 2, 3] as [Float], shape: [3])
    let indices = try NetworkTensor.integers([3, -4, .max, .min])
    let known = try ArrangingCase(operation, [x, indices])
    #expect(throws: NetworkError.self) { try known.outputTypes }
    let computed = try ArrangingCase(operation, [x, indices], computed: [0, 1])
    #expect(try computed.output().floats == [3, 1, 3, 1])
    let nothing = try ArrangingCase(operation, [.counting([0]), indices], computed: [0, 1])
    #expect(throws: NetworkError.self) { try nothing.outputTypes }
  }
}
