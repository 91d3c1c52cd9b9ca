import Convolution
import ConvolutionFiles
import Foundation
import Testing

/// What NumPy writes is the reference: files are put together byte by byte as `numpy.lib.format` describes them.
struct NPYTests {
  private let folder = FileManager.default.temporaryDirectory.appending(
    path: "NPYTests-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  /// Runs `body` with the path of a file of `bytes`, and removes it.
  private func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "x.npy")
    try Data(bytes).write(to: file)
    try body(file.path)
  }

  /// A file with the dictionary `header`, padded to `headerBytes`, and `elements`.
  private func npy(
    _ header: String, version: UInt8 = 1, headerBytes: Int = 118, _ elements: [Float]
  ) -> [UInt8] {
    let text = header.padding(toLength: headerBytes - 1, withPad: " ", startingAt: 0) + "\n"
    let length = (0..<(version == 1 ? 2 : 4)).map { UInt8(headerBytes >> (8 * $0) & 255) }
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + Array(text.utf8)
      + elements.flatMap { value in (0..<4).map { UInt8(value.bitPattern >> (8 * $0) & 255) } }
  }

  private func header(_ shape: String, type: String = "<f4", fortran: String = "False") -> String {
    "{'descr': '\(type)', 'fortran_order': \(fortran), 'shape': \(shape), }"
  }

  // MARK: - Files that are read

  @Test(arguments: [1, 2, 3] as [UInt8])
  func everyVersionIsRead(version: UInt8) throws {
    try withFile(npy(header("(2, 3)"), version: version, [0, 1, 2, 3, 4, 5])) { path in
      let x = try Tensor(npyFile: path)
      #expect(x.shape == [2, 3])
      #expect(x.elements == [0, 1, 2, 3, 4, 5])
    }
  }

  @Test(arguments: [
    ("()", [], 1), ("(3,)", [3], 3), ("(0, 4)", [0, 4], 0),
    ("(1, 2, 1, 2, 1)", [1, 2, 1, 2, 1], 4),
    ("(2,2,)", [2, 2], 4),
  ])
  func shapesAreRead(text: String, shape: [Int], count: Int) throws {
    try withFile(npy(header(text), Array(repeating: 7, count: count))) { path in
      let x = try Tensor(npyFile: path)
      #expect(x.shape == shape)
      #expect(x.elements == Array(repeating: 7, count: count))
    }
  }

  @Test func keysMayComeInAnyOrderAndQuotes() throws {
    let header = #"{ "shape" : ( 2 , ) , 'fortran_order':False,"descr":"<f4"}"#
    try withFile(npy(header, [8, 9])) { path in
      let x = try Tensor(npyFile: path)
      #expect(x.elements == [8, 9])
    }
  }

  // MARK: - Files that are written

  @Test func writtenBytesAreNumpys() throws {
    try withFile([]) { path in
      try Tensor([0, 1, 2, 3, 4, 5], shape: [2, 3]).write(toNPYFile: path)
      #expect(
        try Array(Data(contentsOf: URL(filePath: path)))
          == npy(header("(2, 3)"), [0, 1, 2, 3, 4, 5]))
      try Tensor([5], shape: []).write(toNPYFile: path)
      #expect(try Array(Data(contentsOf: URL(filePath: path))) == npy(header("()"), [5]))
      try Tensor([5, 6], shape: [2]).write(toNPYFile: path)
      #expect(try Array(Data(contentsOf: URL(filePath: path))) == npy(header("(2,)"), [5, 6]))
    }
  }

  @Test func everyBitComesBack() throws {
    let bits: [UInt32] = [0, 0x8000_0000, 1, 0x7F80_0000, 0xFF80_0000, 0x7FC0_1234, 0x3F80_0000]
    try withFile([]) { path in
      try Tensor(bits.map(Float.init(bitPattern:)), shape: [7]).write(toNPYFile: path)
      #expect(try Tensor(npyFile: path).elements.map(\.bitPattern) == bits)
    }
  }

  @Test func headerTooLongForVersion1IsVersion2() throws {
    let shape = Array(repeating: 1, count: 30_000)
    try withFile([]) { path in
      try Tensor([3], shape: shape).write(toNPYFile: path)
      #expect(try Array(Data(contentsOf: URL(filePath: path))).prefix(8).last == 0)
      #expect(try Array(Data(contentsOf: URL(filePath: path)))[6] == 2)
      #expect(try Tensor(npyFile: path).shape == shape)
    }
  }

  // MARK: - Files that are refused

  @Test(arguments: [
    ("'<f8'", ["'<f8'", "'<f4'"]), ("'>f4'", ["'>f4'"]), ("'<i4'", ["'<i4'"]), ("'|b1'", ["'|b1'"]),
    ("[('a', '<f4')]", ["record", "'<f4'"]),
  ])
  func otherTypesAreRefused(type: String, mentions: [String]) throws {
    let header = "{'descr': \(type), 'fortran_order': False, 'shape': (2,), }"
    try withFile(npy(header, [1, 2])) { path in
      expectError(.unsupportedFile, path, mentions) { _ = try Tensor(npyFile: path) }
    }
  }

  @Test func fortranOrderIsRefused() throws {
    try withFile(npy(header("(1, 2)", fortran: "True"), [1, 2])) { path in
      expectError(.unsupportedFile, path, ["Fortran", "C order"]) { _ = try Tensor(npyFile: path) }
    }
  }

  @Test(arguments: [
    "", "{", "}", "garbage", "{'descr': '<f4'}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } trailing",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2 3), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': 2, }",
    "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'more': 1, }",
    "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
    "{'descr: '<f4', 'fortran_order': False, 'shape': (2,), }", "{'descr", "{'shape': (",
  ])
  func garbageHeadersAreRefused(header: String) throws {
    try withFile(npy(header, [1, 2])) { path in
      expectError(.unsupportedFile, path, ["descr"]) { _ = try Tensor(npyFile: path) }
    }
  }

  @Test func everyTruncationIsRefused() throws {
    let whole = npy(header("(2, 3)"), [0, 1, 2, 3, 4, 5])
    for count in 0..<whole.count {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try withFile(Array(whole.prefix(count))) { path in
        expectError(.unsupportedFile, path, []) { _ = try Tensor(npyFile: path) }
      }
    }
  }

  @Test func bytesTooManyAreRefused() throws {
    try withFile(npy(header("(2,)"), [1, 2, 3])) { path in
      expectError(.unsupportedFile, path, ["12 bytes", "8"]) { _ = try Tensor(npyFile: path) }
    }
  }

  @Test func otherFilesAndVersionsAreRefused() throws {
    try withFile(Array("PK\u{3}\u{4} an archive".utf8)) { path in
      expectError(.unsupportedFile, path, [".npy"]) { _ = try Tensor(npyFile: path) }
      try Data(npy(header("(1,)"), version: 4, [1])).write(to: URL(filePath: path))
      expectError(.unsupportedFile, path, ["4.0"]) { _ = try Tensor(npyFile: path) }
    }
  }

  @Test(arguments: [
    "(4611686018427387904, 4)", "(4294967296, 4294967296, 4294967296)",
    "(99999999999999999999999,)",
    "(0, 99999999999999999999999)", "(9223372036854775807,)",
  ])
  func shapesThatOverflowAreRefused(shape: String) throws {
    try withFile(npy(header(shape), [1])) { path in
      expectError(.integerOverflow, path, []) { _ = try Tensor(npyFile: path) }
    }
  }

  @Test func shapesLargerThanTheFileAllocateNothing() throws {
    try withFile(npy(header("(1000000000000,)"), [1])) { path in
      expectError(.unsupportedFile, path, ["4000000000000"]) { _ = try Tensor(npyFile: path) }
    }
  }

  @Test func missingFilesAndFoldersAreRefused() throws {
    try withFile([]) { path in
      expectError(.inputOutput, path + "x", ["No such file"]) {
        _ = try Tensor(npyFile: path + "x")
      }
      expectError(.inputOutput, folder.path, ["regular"]) { _ = try Tensor(npyFile: folder.path) }
    }
  }

  // MARK: - Failed writing

  @Test func aFailedWriteLeavesNothingBehind() throws {
    try withFile([1, 2, 3]) { path in
      let x = try Tensor([1], shape: [1])
      expectError(.inputOutput, folder.path, ["regular"]) { try x.write(toNPYFile: folder.path) }
      let missing = folder.path + "/missing/y.npy"
      expectError(.inputOutput, missing, ["No such file"]) { try x.write(toNPYFile: missing) }
      // The name is legal to open and too long to create.
      let long = folder.path + "/" + String(repeating: "y", count: 300)
      expectError(.inputOutput, long, []) { try x.write(toNPYFile: long) }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["x.npy"])
      #expect(try Array(Data(contentsOf: URL(filePath: path))) == [1, 2, 3])
    }
  }

  @Test func aLinkStaysALinkAndPermissionsStay() throws {
    try withFile([]) { path in
      let link = path + ".link"
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
      try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
      try Tensor([4], shape: [1]).write(toNPYFile: link)
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == path)
      #expect(try Tensor(npyFile: path).elements == [4])
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect(attributes[.posixPermissions] as? Int == 0o640)
    }
  }
}
