import Foundation

/// An article, or a module's first page, of the documentation.
struct Article: Sendable, CustomStringConvertible {
  static let all: [Article] = {
    let sources = URL(filePath: #filePath).appending(path: "../../../Sources").standardized
    return ["Convolution", "ConvolutionFiles", "ConvolutionGraph"].flatMap { module in
      let catalogue = sources.appending(path: "\(module)/\(module).docc")
      let names = try! FileManager.default.contentsOfDirectory(atPath: catalogue.path)
      return names.filter { $0.hasSuffix(".md") }.sorted().map {
        Article(catalogue.appending(path: $0))
      }
    }
  }()

  static func named(_ name: String) -> Article { all.first { $0.description == name }! }

  let description: String
  /// Code listings: their language and lines.
  private let listings: [(language: String, lines: [String])]

  private init(_ file: URL) {
    description = file.deletingPathExtension().lastPathComponent
    let lines = try! String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
    let fences = lines.indices.filter { lines[$0].hasPrefix("```") }
    listings = stride(from: 0, to: fences.count - 1, by: 2).map {
      (String(lines[fences[$0]].dropFirst(3)), Array(lines[fences[$0] + 1..<fences[$0 + 1]]))
    }
  }

  /// Samples of Swift.
  var samples: [[String]] { listings.filter { $0.language == "swift" }.map(\.lines) }

  /// What samples print, in the comments behind their lines.
  var printed: [String] {
    samples.flatMap { sample in
      zip(sample, sample.dropFirst()).compactMap { line, next in
        let comment = next.trimmingCharacters(in: .whitespaces)
        return line.contains("print(") && comment.hasPrefix("// ")
          ? String(comment.dropFirst(3)) : nil
      }
    }
  }

  /// A command, and what it prints; `...` stands for any lines.
  struct Command {
    let words: [String]
    var output: [String] = []
  }

  var commands: [Command] {
    listings.filter { $0.language == "shell" }.flatMap { listing in
      listing.lines.reduce(into: [Command]()) { commands, line in
        if line.hasPrefix("$ ") {
          commands.append(Command(words: line.dropFirst(2).split(separator: " ").map(String.init)))
        } else {
          commands[commands.count - 1].output.append(line)
        }
      }
    }
  }
}
