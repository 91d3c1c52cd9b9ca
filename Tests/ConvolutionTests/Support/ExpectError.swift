import Convolution
import Testing

/// Expects `body` to throw the error `code` about `argument`, whose description mentions all of `mentions`.
func expectError(
  _ code: ConvolutionError.Code, _ argument: String, _ mentions: [String],
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  let error = #expect(
    throws: ConvolutionError.self, sourceLocation: sourceLocation, performing: body)
  guard let error else { return }
  #expect(error.code == code, sourceLocation: sourceLocation)
  #expect(error.argument == argument, sourceLocation: sourceLocation)
  for mention in [argument] + mentions {
    #expect(error.description.contains(mention), sourceLocation: sourceLocation)
  }
}
