let resamplingOperators: [String: OperatorMaker] = [
  "Resize": { ResizeOperator(&$0) },
  "Upsample": { ResizeOperator(upsample: &$0) },
]
