import ConvolutionOptions

/// A report as one page that needs nothing besides itself: no script, no font, no picture from elsewhere.
enum Page {
  static func html(of report: Report) -> String {
    let colors = KernelColors(report.layers)
    let page: Markup = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <title>convbench: \(report.machine.processor), \(report.machine.date)</title>
      <style>\(style)</style>
      </head>
      <body>
      <header>
      <h1>convbench</h1>
      \(facts(report))
      </header>
      <section>
      <h2>Roofline</h2>
      <p>A point is a layer at the median of its rounds; the hairline ends at its best run; \
      a number is a row of the table. Intensity is nominal FLOPs, two for every multiply-add and border taps counted, over compulsory bytes: \
      input, weights and output once. Data that stay in the caches may lift a layer over the copy bandwidth, \
      and border taps left out over the FMA peak.</p>
      \(colors.legend)
      <div class="scrolling">\(RooflinePlot(report, colors: colors).markup)</div>
      </section>
      <section>
      <h2>Share of the FMA peak</h2>
      <p>In percent of the peak measured beside each round: the median of the rounds, and a line from the least \
      to the most. Over 100 % means that border taps were left out.</p>
      \(Bars(report.layers, colors: colors).markup)
      </section>
      <section>
      <h2>Layers</h2>
      <p>Under each median is the range of the rounds' medians. The error is the largest difference to a float64 \
      convolution, divided by its largest output. Border taps are before:after on each axis; negative ones crop.</p>
      \(LayerTable(layers: report.layers, colors: colors).markup)
      </section>
      </body>
      </html>

      """
    return page.html
  }

  private static func facts(_ report: Report) -> Markup {
    let machine = report.machine
    let mebibytes = Double(machine.privateCacheBytes) / 1_048_576
    let facts = [
      ("Processor", machine.processor),
      ("Cores", "\(machine.cores), level-2 cache \(Figures.tick(mebibytes)) MiB each"),
      ("Instruction set", machine.isa),
      ("Threads", "\(machine.threads)"),
      ("Rounds", "\(machine.rounds)"),
      ("Date", machine.date),
      ("FMA peak", "\(Figures.significant(machine.peakGFLOPS)) GFLOP/s"),
      ("Copy bandwidth", "\(Figures.significant(machine.copyGBPS)) GB/s read + written"),
      ("Layers", "\(report.layers.count)"),
      (
        "Largest error",
        Figures.exponent(report.layers.map(\.maxRelError).reduce(0, maxOrNaN))
      ),
    ]
    return "<dl>\(facts.map { "<div><dt>\($0.0)</dt><dd>\($0.1)</dd></div>" as Markup })</dl>"
  }

  /// NaN is the largest of errors.
  private static func maxOrNaN(_ a: Double, _ b: Double) -> Double {
    a.isNaN || b.isNaN ? .nan : max(a, b)
  }
}
