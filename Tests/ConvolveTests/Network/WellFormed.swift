import Foundation
import FoundationXML
import Testing

/// Expects bytes that are XML.
func expectWellFormed(
  _ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let parser = XMLParser(data: Data(bytes))
  #expect(
    parser.parse(), "line \(parser.lineNumber): \(String(describing: parser.parserError))",
    sourceLocation: sourceLocation)
}
