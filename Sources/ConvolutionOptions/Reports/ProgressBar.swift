import Foundation

/// One line on standard error that says how far the run is; nothing where that is no terminal.
public struct ProgressBar {
  private let steps: Int
  private var step = 0
  private let isShown = isatty(STDERR_FILENO) == 1

  private static let width = 30

  public init(steps: Int) { self.steps = steps }

  /// Shows that the next step, `name`, begins.
  public mutating func step(_ name: String) {
    let done = Self.width * step / max(steps, 1)
    let bar = String(repeating: "=", count: done) + String(repeating: " ", count: Self.width - done)
    show("[\(bar)] \(step)/\(steps) \(name.prefix(40))")
    step += 1
  }

  public func clear() { show("") }

  /// Replaces the line: back to its start, and what is left of the old one erased.
  private func show(_ line: String) {
    if isShown { FileHandle.standardError.write(Data("\r\(line)\u{1B}[K".utf8)) }
  }
}
