import Foundation
import Testing

/// What the articles show is what happens.
struct ArticleTests {
  /// Lines without the space around them.
  private func trimmed(_ lines: [String]) -> [String] {
    lines.map { $0.trimmingCharacters(in: .whitespaces) }
  }

  @Test(arguments: Article.all) func samplesAreThoseThatAreRun(article: Article) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Samples.swift")
    let lines = trimmed(try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n"))
    let text = lines.joined(separator: "\n")
    for sample in article.samples {
      let sample = trimmed(sample).joined(separator: "\n")
      #expect(text.contains(sample), "\(article): \(sample)")
    }
  }

  @Test func theOverviews() async throws {
    let run = try await #require(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) {
      try Samples.overview()
      try Samples.files()
      try Samples.networks()
    }
    expectPrinted(run.standardOutputContent, by: "Convolution")
  }

  @Test func whichSideIsPadded() async throws {
    let run = try await #require(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) { try Samples.whichSideIsPadded() }
    expectPrinted(run.standardOutputContent, by: "WhichSideIsPadded")
  }

  @Test func embeddingInAServer() async throws {
    let run = try await #require(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) { try await Samples.embeddingInAServer() }
    expectPrinted(run.standardOutputContent, by: "EmbeddingInAServer")
  }

  @Test func profilingAndTuning() async {
    await #expect(processExitsWith: .success) { try Samples.profilingAndTuning() }
  }

  @Test func movingModels() async {
    await #expect(processExitsWith: .success) {
      try Samples.movingAKerasModel()
      try Samples.movingAPyTorchModel()
      try Samples.exportingToCoreML()
    }
  }

  /// Expects the lines that an article's samples say they print, in order, perhaps with others between them.
  private func expectPrinted(_ output: [UInt8], by name: String) {
    var lines = String(decoding: output, as: UTF8.self).split(separator: "\n")[...]
    for expected in Article.named(name).printed {
      lines = lines.drop { $0 != expected }
      #expect(!lines.isEmpty, "\(name): \(expected)")
      lines = lines.dropFirst()
    }
  }

  @Test(arguments: Article.all) func commandsPrintWhatIsShown(article: Article) throws {
    let folder = try SampleFolder(.of(article))
    for command in article.commands {
      #expect(command.words.first == "convolve")
      let output = try convolve(Array(command.words.dropFirst()), in: folder)
      var lines = trimmed(output.components(separatedBy: "\n"))[...]
      if lines.last == "" { lines.removeLast() }
      // Parts of the output follow each other; those between dots may lie anywhere behind the last one.
      let parts = trimmed(command.output).split(separator: "...", omittingEmptySubsequences: false)
      for (index, part) in parts.enumerated() {
        let starts = index == 0 ? [lines.startIndex] : Array(lines.startIndex...lines.endIndex)
        let start = try #require(
          starts.first { lines[$0...].starts(with: part) },
          "\(article): \(command.words): \(part.joined(separator: "\n")) in\n\(output)")
        lines = lines[(start + part.count)...]
      }
      #expect(command.output.last == "..." || lines.isEmpty, "\(article): \(command.words)")
    }
  }

  /// What `convolve`, which lies beside the tests' resources, prints in a folder.
  private func convolve(_ arguments: [String], in folder: SampleFolder) throws -> String {
    let process = Process()
    process.executableURL = Bundle.module.bundleURL.deletingLastPathComponent().appending(
      path: "convolve")
    process.arguments = arguments
    process.currentDirectoryURL = folder.url
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(arguments)")
    return String(decoding: output, as: UTF8.self)
  }
}
