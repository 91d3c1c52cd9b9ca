import Convolution
import ConvolutionFiles
import Foundation
import Testing

/// What a run of the built executable left behind.
struct CommandResult {
  let status: Int32
  let output: String
  let errors: String
}

/// Runs `convolve`, which lies beside the tests' resources, where `folder` is or in the present folder.
func convolve(_ arguments: [String], in folder: TemporaryFolder? = nil) throws -> CommandResult {
  let process = Process()
  process.executableURL = Bundle.module.bundleURL.deletingLastPathComponent().appending(
    path: "convolve")
  process.arguments = arguments
  if let folder { process.currentDirectoryURL = folder.url }
  let (output, errors) = (Pipe(), Pipe())
  process.standardOutput = output
  process.standardError = errors
  try process.run()
  // Whatever is written to standard error is short and fits into the pipe.
  let written = output.fileHandleForReading.readDataToEndOfFile()
  let complained = errors.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return CommandResult(
    status: process.terminationStatus, output: String(decoding: written, as: UTF8.self),
    errors: String(decoding: complained, as: UTF8.self))
}

/// Expects a run with `arguments` to fail, with a line that mentions all of `mentions`.
func expectFailure(
  _ arguments: [String], _ mentions: [String], in folder: TemporaryFolder? = nil,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let result = try convolve(arguments, in: folder)
  #expect(result.status == 1, sourceLocation: sourceLocation)
  #expect(result.output == "", sourceLocation: sourceLocation)
  #expect(result.errors.hasPrefix("Error: "), sourceLocation: sourceLocation)
  #expect(result.errors.hasSuffix("\n"), sourceLocation: sourceLocation)
  #expect(
    result.errors.filter(\.isNewline).count == 1, "\(result.errors)",
    sourceLocation: sourceLocation)
  for mention in mentions {
    #expect(
      result.errors.contains(mention), "\(mention) in \(result.errors)",
      sourceLocation: sourceLocation)
  }
}

/// A folder that goes with the value.
final class TemporaryFolder {
  let url = FileManager.default.temporaryDirectory.appending(
    path: "ConvolveTests-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path }

  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
  }

  /// Writes a file and returns its path.
  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: URL(filePath: path(name)))
    return path(name)
  }

  /// Writes a `.npy` file and returns its path.
  func npy(_ name: String, _ elements: [Float], _ shape: [Int]) throws -> String {
    try Tensor(elements, shape: shape).write(toNPYFile: path(name))
    return path(name)
  }
}
