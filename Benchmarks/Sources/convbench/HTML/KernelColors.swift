import ConvolutionOptions

/// A colour for each kernel family of a report, the same in the plot, the table and the bars.
struct KernelColors {
  let kernels: [String]

  /// As many as the style sheet has.
  private static let count = 8

  init(_ layers: [LayerReport]) {
    kernels = layers.reduce(into: []) { kernels, layer in
      if !kernels.contains(layer.kernel) { kernels.append(layer.kernel) }
    }
  }

  /// The class of a kernel family's shapes.
  func name(_ kernel: String) -> String {
    "kernel\((kernels.firstIndex(of: kernel) ?? 0) % Self.count)"
  }

  var legend: Markup {
    let entries = kernels.map { kernel -> Markup in
      """
      <li><svg width="12" height="12"><circle class="\(name(kernel))" cx="6" cy="6" r="5"/></svg>\(kernel)</li>
      """
    }
    return "<ul class=\"legend\">\(entries)</ul>"
  }
}
