import Convolution
import Foundation

/// Writes a folder of files as the whole content of `path`, whole or not at all.
///
/// They go to a new folder beside it, which then takes the name.
/// - Parameters:
///   - files: their paths within the folder, and what they hold. The first one tells such a folder from others: a folder
///     without it is never replaced.
/// - Throws: `.inputOutput`; what was there before is then as it was, and there is nothing new.
package func replaceFolder(
  atPath path: String, with files: [(path: String, content: [UInt8])]
) throws(ConvolutionError) {
  let manager = FileManager.default
  let exists = fileExists(atPath: path)
  guard !exists || fileExists(atPath: "\(path)/\(files[0].path)") else {
    throw ConvolutionError(
      .inputOutput, argument: path, received: "something else of that name",
      expected: "a name that is free, or a folder with \(files[0].path)")
  }
  let target = URL(fileURLWithPath: path)
  let folder = target.deletingLastPathComponent()
  guard manager.fileExists(atPath: folder.path) else {
    throw ConvolutionError(
      .inputOutput, argument: path, received: "no folder \(folder.path)",
      expected: "a folder to write into")
  }
  let name = ".\(String(UInt64.random(in: 0 ... .max), radix: 36)).partial"
  let temporary = folder.appendingPathComponent(name)
  let old = folder.appendingPathComponent("\(name).old")
  do {
    for file in files {
      let place = temporary.appendingPathComponent(file.path)
      try manager.createDirectory(
        at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(file.content).write(to: place)
    }
    if exists { try manager.moveItem(at: target, to: old) }
    do { try manager.moveItem(at: temporary, to: target) } catch {
      if exists { try? manager.moveItem(at: old, to: target) }
      throw error
    }
    if exists { try? manager.removeItem(at: old) }
  } catch {
    try? manager.removeItem(at: temporary)
    throw ConvolutionError(
      .inputOutput, argument: path, received: "\"\(error.localizedDescription)\"",
      expected: "a folder to write into")
  }
}
