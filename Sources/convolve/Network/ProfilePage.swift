import ConvolutionFiles
import ConvolutionOptions

/// A report of a run as one page that needs nothing besides itself: a bar a step, in the order in which they run.
struct ProfilePage {
  let report: NetworkReport

  var html: String {
    let most = report.nanoseconds.max() ?? 0
    let page: Markup = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <title>\(report.path)</title>
      <style>\(Self.style)</style>
      </head>
      <body>
      <h1>\(report.path)</h1>
      <p>\((report.total / 1e6).rounded(to: 3)) ms, \(report.speed) GFLOP/s; \(report.machine); \(report.times); \
      \(report.memory).</p>
      <div class="bars">
      \(report.rows.map { bar($0, most: most) })
      </div>
      </body>
      </html>

      """
    return page.html
  }

  private func bar(_ row: NetworkReport.Row, most: Double) -> Markup {
    let speed = row.speed.isEmpty ? "" : ", \(row.speed) GFLOP/s"
    let details = """
      \(row.step.node)
      \(row.step.operation) \(row.step.algorithm)
      \(row.step.outputType)
      \(row.microseconds) us, \(row.share.rounded(to: 1)) %\(speed), \(row.kilobytes) kB
      """
    return """
      <span class="name" title="\(details)">\(row.step.operation) <small>\(row.step.algorithm)</small></span>\
      <span title="\(details)"><i style="width: \(most > 0 ? 100 * row.nanoseconds / most : 0)%"></i></span>\
      <span class="number">\(row.microseconds) us</span><span class="number">\(row.share.rounded(to: 1)) %</span>
      """
  }

  private static let style: Markup = """

    :root { color-scheme: light dark; --paper: #ffffff; --ink: #1c2128; --faint: #5f6975; --bar: #2468b4; }
    @media screen and (prefers-color-scheme: dark) {
      :root { --paper: #14181d; --ink: #e4e8ec; --faint: #98a2ad; --bar: #6aa9f0; }
    }
    body {
      margin: 0 auto; padding: 24px; max-width: 1280px; background: var(--paper); color: var(--ink);
      font: 13px/1.4 system-ui, sans-serif; font-variant-numeric: tabular-nums; print-color-adjust: exact;
    }
    h1 { margin: 0 0 6px; font-size: 20px; overflow-wrap: anywhere; }
    p, small { color: var(--faint); }
    .bars { display: grid; grid-template-columns: minmax(60px, max-content) minmax(0, 1fr) max-content max-content; gap: 1px 12px; }
    .bars .name { max-width: 44ch; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .bars .number { text-align: right; }
    .bars i { display: block; height: 14px; margin-top: 2px; background: var(--bar); }

    """
}
