import CFileFuzz
import Convolution
import ConvolutionGraph
import Foundation

/// Inputs of libFuzzer as files of one format.
enum Fuzzer {
  private nonisolated(unsafe) static var format = Format.npy
  private nonisolated(unsafe) static var folder: InputFolder!

  /// Does what the process's arguments tell libFuzzer.
  ///
  /// - Returns: what the process ends with.
  static func run(_ format: Format) throws -> Int32 {
    Self.format = format
    folder = try InputFolder(format)
    defer { folder.remove() }
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    return LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
      Fuzzer.read(UnsafeRawBufferPointer(start: bytes, count: count))
      return 0
    }
  }

  /// Reads an input; an error is as good as a result, but for one of memory.
  private static func read(_ bytes: UnsafeRawBufferPointer) {
    let content = format.content(of: bytes)
    folder.write(content)
    filefuzz_limit_memory(format.memoryLimit(byteCount: bytes.count))
    do {
      try format.read(folder, bytes)
    } catch let error as ConvolutionError {
      precondition(error.code != .outOfMemory, "\(error)")
    } catch let error as NetworkError {
      precondition(error.code != .outOfMemory, "\(error)")
    } catch {
      preconditionFailure("\(error)")
    }
    filefuzz_limit_memory(Int.max >> 1)
  }
}
