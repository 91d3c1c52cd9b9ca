import ArgumentParser
import Convolution
import ConvolutionGraph
import Foundation

@main
struct Convolve: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convolve",
    abstract: "Convolutions with every convention of padding: run, explained, and on pictures.",
    subcommands: [
      Run.self, Inspect.self, Convert.self, Compare.self, Weights.self, Apply.self,
      GradientCommand.self, Pad.self, Explain.self, FilterPicture.self, Demo.self,
    ])

  /// Whatever goes wrong is one line on standard error and exit code 1.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      if exitCode(for: error).isSuccess { exit(withError: error) }
      FileHandle.standardError.write(Data("Error: \(oneLine(error))\n".utf8))
      Foundation.exit(1)
    }
  }

  private static func oneLine(_ error: any Error) -> String {
    ((error as? ConvolutionError)?.description ?? (error as? NetworkError)?.description
      ?? message(for: error))
      .split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
      .joined(separator: " ")
  }
}
