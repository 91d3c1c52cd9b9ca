import Testing

@testable import ConvolutionGraph

/// Expects some rewrites to make other nodes of a network's, which compute the same.
///
/// - Parameters:
///   - before: what the nodes do before.
///   - after: what they do after; nil: nothing is rewritten.
///   - shape: of the input `x`.
///   - build: adds the nodes, and returns the output.
func expectRewrite(
  _ rewrites: any Rewrite..., from before: [String], to after: [String]?,
  shape: [Int64?] = [2, 4, 7, 9], sourceLocation: SourceLocation = #_sourceLocation,
  _ build: (inout SmallNetwork, String) -> String
) throws {
  var network = SmallNetwork()
  let x = network.input("x", shape)
  network.output(build(&network, x))
  let graph = try network.graph()
  #expect(graph.operations == before, sourceLocation: sourceLocation)
  let (rewritten, applied) = try graph.rewritten(by: rewrites)
  #expect(rewritten.operations == after ?? before, sourceLocation: sourceLocation)
  #expect(applied.isEmpty == (after == nil), sourceLocation: sourceLocation)
  let difference = relativeDifference(try rewritten.outputs()[0], try graph.outputs()[0])
  #expect(difference <= 1e-5, sourceLocation: sourceLocation)
}
