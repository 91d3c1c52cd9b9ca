import Convolution
import ConvolutionFiles
import ConvolutionOptions
import Foundation

/// A layer to measure: a line of a layer list.
struct LayerLine {
  var descriptor: LayerDescriptor
  private(set) var options: LayerOptions

  /// - Throws: where there is no such layer.
  init(_ descriptor: String, options: LayerOptions) throws(ConvolutionError) {
    self.options = options
    self.descriptor = try LayerDescriptor(descriptor, isTransposed: options.isTransposed)
  }

  var name: String { descriptor.name ?? descriptor.text }
  var layout: Layout { options.layout ?? .channelsFirst }
  var inputShape: [Int] { descriptor.inputShape(in: layout) }

  /// - Throws: where the options do not go together.
  func overridden(by other: LayerOptions) throws -> LayerLine {
    try LayerLine(descriptor.text, options: options.overridden(by: other))
  }

  /// The layer in both layouts, or in the one that was asked for.
  var inItsLayouts: [LayerLine] {
    guard options.layout == nil else { return [self] }
    return Layout.allCases.map { layout in
      var line = self
      line.options.layout = layout
      return line
    }
  }
}

extension LayerLine {
  /// The folder of the layer lists that are known by name.
  private static let lists = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Layers").standardized

  /// The layers of an argument: a file, the name of a list, either of them with `:60` for a sample of 60 layers, or a
  /// line.
  static func lines(of argument: String) throws -> [LayerLine] {
    if let lines = try list(argument) { return lines }
    if let colon = argument.lastIndex(of: ":"), let lines = try list(String(argument[..<colon])) {
      let word = argument[argument.index(after: colon)...]
      guard let count = Int(word), (1...max(lines.count, 1)).contains(count) else {
        throw Failure("\(argument): got a sample of \(word), expected 1 to \(lines.count) layers")
      }
      return sample(count, of: lines)
    }
    do {
      return try line(argument[...]).map { [$0] } ?? []
    } catch {
      throw Failure("no file, no list in Benchmarks/Layers and no layer: \(error)")
    }
  }

  /// The layers of a file or of the list of a name; nil where there is neither.
  private static func list(_ name: String) throws -> [LayerLine]? {
    for path in [name, lists.appending(path: name + ".txt").path] {
      if let data = FileManager.default.contents(atPath: path) {
        return try lines(of: data, path: path)
      }
    }
    return nil
  }

  /// The same of them every time, in their order.
  private static func sample(_ count: Int, of lines: [LayerLine]) -> [LayerLine] {
    var random = RandomFloats(seed: 4)
    let keys: [UInt64] = lines.map { _ in random.next() }
    return lines.indices.sorted { keys[$0] < keys[$1] }.prefix(count).sorted().map { lines[$0] }
  }

  private static func lines(of data: Data, path: String) throws -> [LayerLine] {
    guard let text = String(validating: data, as: UTF8.self) else {
      throw Failure("\(path): cannot be read as text")
    }
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
    return try LayerLine(descriptor, options: options)
  }
}

extension [LayerLine] {
  /// What `body` makes of each layer; an error of it names the layer.
  func mapByName<Result>(_ body: (LayerLine) throws -> Result) throws -> [Result] {
    try map { line in
      do {
        return try body(line)
      } catch {
        throw Failure("\(line.name): \(error)")
      }
    }
  }
}
