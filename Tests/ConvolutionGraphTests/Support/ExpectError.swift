import ConvolutionGraph
import Testing

/// Expects `body` to throw the error `code`, whose description mentions all of `mentions`.
func expectError(
  _ code: NetworkError.Code, _ mentions: [String] = [],
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  let error = #expect(throws: NetworkError.self, sourceLocation: sourceLocation, performing: body)
  guard let error else { return }
  #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
  for mention in mentions {
    #expect(error.description.contains(mention), sourceLocation: sourceLocation)
  }
}
