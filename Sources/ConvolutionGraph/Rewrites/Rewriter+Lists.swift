import Convolution

extension Rewriter {
  /// What is good for a network in any layout.
  static let general: [any Rewrite] = [
    NothingRemoved(), ChainSimplification(), PadIntoConvolution(), BatchNormalisationAsChain(),
    FactorsIntoLayer(), ActivationIntoLayer(), ResidualIntoLayer(), ChainFusion(),
    TransposesCombined(), TransposesShared(), TransposeAsView(),
  ]

  /// What is done when the layout is known.
  static func finishing(_ context: PlanningContext) -> [any Rewrite] {
    [ConvolutionsPaired(context: context)]
  }

  /// What brings a network's images to a layout.
  static func arranging(_ layout: Layout) -> [any Rewrite] {
    general + [
      ImagesArranged(layout: layout), RanksAligned(), TransposePushedThroughView(),
      TransposePushed(),
    ]
  }
}
