import Convolution
import Foundation

/// A layer to measure: a line of a layer list.
struct LayerLine {
  let descriptor: LayerDescriptor
  let options: LayerOptions

  var name: String { descriptor.name ?? descriptor.text }
}

extension LayerLine {
  /// The folder of the layer lists that are known by name.
  private static let lists = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Layers").standardized

  /// The layers of an argument: a file, the name of a list, or a line.
  static func lines(of argument: String) throws -> [LayerLine] {
    let named = lists.appending(path: argument + ".txt").path
    for path in [argument, named] where isFile(path) {
      return try lines(ofFile: path)
    }
    do {
      return try line(argument[...]).map { [$0] } ?? []
    } catch {
      throw Failure("no file, no list in Benchmarks/Layers and no layer: \(error)")
    }
  }

  private static func isFile(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && !isFolder.boolValue
  }

  private static func lines(ofFile path: String) throws -> [LayerLine] {
    guard let data = FileManager.default.contents(atPath: path),
      let text = String(bytes: data, encoding: .utf8)
    else { throw Failure("\(path): cannot be read as text") }
    var lines: [LayerLine] = []
    for (number, text) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      do {
        if let line = try line(text) { lines.append(line) }
      } catch {
        throw Failure("\(path):\(number + 1): \(error)")
      }
    }
    return lines
  }

  /// The layer of a line, nil where there is nothing but a comment.
  private static func line(_ text: Substring) throws -> LayerLine? {
    let words = text.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)
    guard let descriptor = words.first else { return nil }
    let options: LayerOptions
    do {
      options = try LayerOptions.parse(Array(words.dropFirst()))
    } catch {
      throw Failure(LayerOptions.message(for: error))
    }
    return LayerLine(descriptor: try LayerDescriptor(descriptor), options: options)
  }
}
