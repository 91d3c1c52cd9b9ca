/// Makes an operator of a file's node. What is not supported is noted in the reader; nil goes with such a note.
typealias OperatorMaker = @Sendable (inout NodeReader) -> (any Operator)?

/// The operators that a network may have, by ONNX's names. A new one gets a line in the table of its own folder.
let operatorTable: [String: OperatorMaker] =
  [
    convolutionOperators, elementwiseOperators, activationOperators, comparisonOperators,
    reductionOperators, productOperators, normalisationOperators, recurrentOperators,
    arrangingOperators, resamplingOperators,
  ]
  .reduce(into: [:]) { all, some in all.merge(some) { _, new in new } }
