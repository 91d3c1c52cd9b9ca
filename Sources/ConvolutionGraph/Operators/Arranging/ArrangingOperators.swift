let arrangingOperators: [String: OperatorMaker] = [
  "Reshape": {
    let allowsZero = $0.bool("allowzero")
    return ViewOperator(kind: .reshape(allowsZero: allowsZero))
  },
  "Flatten": { ViewOperator(kind: .flatten(axis: $0.integer("axis", default: 1))) },
  "Squeeze": {
    $0.setInput(1, integers: $0.integers("axes"))
    return ViewOperator(kind: .squeeze)
  },
  "Unsqueeze": {
    $0.setInput(1, integers: $0.integers("axes"))
    return ViewOperator(kind: .unsqueeze)
  },
  "Shape": {
    ShapeOperator(kind: .shape(start: $0.integer("start", default: 0), end: $0.integer("end")))
  },
  "Size": { _ in ShapeOperator(kind: .size) },
  "ConstantOfShape": { FillOperator(&$0) },
  "Range": { _ in RangeOperator() },
  "Transpose": { TransposeOperator(permutation: $0.integers("perm")) },
  "Concat": { ConcatOperator(&$0) },
  "Split": { SplitOperator(&$0) },
  "Slice": { SliceOperator(&$0) },
  "Expand": { _ in ExpandOperator() },
  "Tile": { _ in TileOperator() },
  "Gather": { GatherOperator(axis: $0.integer("axis", default: 0)) },
  "GatherElements": { GatherElementsOperator(axis: $0.integer("axis", default: 0)) },
  "DepthToSpace": { DepthToSpaceOperator(&$0, .toSpace) },
  "SpaceToDepth": { DepthToSpaceOperator(&$0, .toDepth) },
  "Pad": { PadOperator(&$0) },
]
