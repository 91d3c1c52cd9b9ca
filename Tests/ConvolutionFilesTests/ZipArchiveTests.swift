import ConvolutionFiles
import Testing

/// Archives are put together byte by byte, as APPNOTE describes them.
struct ZipArchiveTests {
  private let files: [(name: String, bytes: [UInt8])] = [
    ("a.txt", Array("first".utf8)), ("folder/b", []), ("ü", [1, 2, 3]),
  ]

  private func archive(_ bytes: [UInt8]) throws -> ZipArchive {
    try ZipArchive(FileBytes(bytes, name: "x.zip"))
  }

  @Test(arguments: [false, true])
  func storedFilesAreFoundByName(isLong: Bool) throws {
    let archive = try archive(ZipBuilder(files: files, isLong: isLong).archive)
    #expect(archive.entries.map(\.name) == files.map(\.name))
    for (name, bytes) in files {
      #expect(try archive.bytes(of: name)?.array == bytes)
    }
    #expect(try archive.bytes(of: "c") == nil)
    let entry = try #require(archive.entry(named: "a.txt"))
    #expect(try archive.bytes(of: entry, upTo: 2).array == Array("fi".utf8))
  }

  @Test func aCommentAndAnEmptyArchiveAreNoMatter() throws {
    let builder = ZipBuilder(files: files, comment: Array("a comment PK\u{5}\u{6}".utf8))
    #expect(try archive(builder.archive).entries.count == 3)
    #expect(try archive(ZipBuilder(files: []).archive).entries.isEmpty)
  }

  @Test func encryptedFilesAndOtherMethodsAreAnError() throws {
    expectError(.unsupportedFile, "x.zip", ["a.txt", "encrypted"]) {
      _ = try archive(ZipBuilder(files: files, flags: 1).archive)
    }
    let packed = try archive(ZipBuilder(files: files, method: 12).archive)
    expectError(.unsupportedFile, "x.zip, a.txt", ["method 12", "deflated"]) {
      _ = try packed.bytes(of: "a.txt")
    }
  }

  @Test func twoFilesOfOneNameAreAnError() throws {
    expectError(.unsupportedFile, "x.zip", ["two files", "a.txt"]) {
      _ = try archive(ZipBuilder(files: [files[0], files[0]]).archive)
    }
  }

  @Test(arguments: [false, true])
  func everyTruncationIsAnError(isLong: Bool) throws {
    let whole = ZipBuilder(files: files, isLong: isLong).archive
    for count in 0..<whole.count {
      expectError(.unsupportedFile, "x.zip", []) { _ = try archive(Array(whole.prefix(count))) }
    }
  }

  // MARK: - Deflated files

  /// `a` times 5, as zlib deflates it.
  private let deflated: [UInt8] = [0x4B, 0x4C, 0x04, 0x02, 0x00]

  @Test func sizesThatAreNotTrueAreAnError() throws {
    for size in [0, 4, 6, 1 << 30] {
      let archive = try archive(
        ZipBuilder(files: [("a", deflated)], method: 8, claimedSize: size).archive)
      expectError(.unsupportedFile, "x.zip, a", []) { _ = try archive.bytes(of: "a") }
    }
    let stored = try archive(ZipBuilder(files: [("a", deflated)], claimedSize: 7).archive)
    expectError(.unsupportedFile, "x.zip, a", ["5 bytes"]) { _ = try stored.bytes(of: "a") }
  }

  #if Zip
    @Test func deflatedFilesAreUnpacked() throws {
      let archive = try archive(
        ZipBuilder(files: [("a", deflated)], method: 8, claimedSize: 5).archive)
      let entry = try #require(archive.entry(named: "a"))
      #expect(try archive.bytes(of: entry, upTo: 3).array == Array("aaa".utf8))
      // The builder writes no sum.
      expectError(.unsupportedFile, "x.zip, a", ["sum"]) { _ = try archive.bytes(of: "a") }
    }
  #else
    @Test func deflatedFilesNeedTheTrait() throws {
      let archive = try archive(
        ZipBuilder(files: [("a", deflated)], method: 8, claimedSize: 5).archive)
      expectError(.unsupportedFile, "x.zip, a", ["trait Zip"]) { _ = try archive.bytes(of: "a") }
    }
  #endif
}
