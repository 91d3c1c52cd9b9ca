import Foundation

/// HTML that is XML too. What is interpolated as a string is text, and escaped: no name can break the page.
public struct Markup: ExpressibleByStringInterpolation, Sendable {
  public let html: String

  public init(stringLiteral html: String) { self.html = html }
  public init(stringInterpolation interpolation: StringInterpolation) { html = interpolation.html }

  /// A long word that may go on in the next line after an underscore.
  public static func breakable(_ word: String) -> Markup {
    let parts = word.split(separator: "_", omittingEmptySubsequences: false)
      .map { part -> Markup in "\(String(part))" }
    return Markup(stringLiteral: parts.map(\.html).joined(separator: "_<wbr/>"))
  }

  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var html = ""

    public init(literalCapacity: Int, interpolationCount: Int) {
      html.reserveCapacity(literalCapacity)
    }

    public mutating func appendLiteral(_ literal: String) { html += literal }
    public mutating func appendInterpolation(_ markup: Markup) { html += markup.html }
    public mutating func appendInterpolation(_ markups: [Markup]) {
      html += markups.map(\.html).joined(separator: "\n")
    }
    public mutating func appendInterpolation(_ text: String) {
      for scalar in text.unicodeScalars { html += Self.escaped(scalar) }
    }
    public mutating func appendInterpolation(_ number: Int) { html += String(number) }
    /// A coordinate: tenths of a pixel are fine enough.
    public mutating func appendInterpolation(_ coordinate: Double) {
      html += String(format: "%.1f", coordinate)
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      case "'": "&#39;"
      case "\t", "\n": String(scalar)
      // Characters that XML does not allow.
      case "\0"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": "\u{FFFD}"
      default: String(scalar)
      }
    }
  }
}
