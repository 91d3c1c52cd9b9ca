import ConvolutionOptions

extension Page {
  /// Colours are variables: dark where the reader's screen is, light on paper.
  static let style: Markup = """

    :root {
      color-scheme: light dark;
      --paper: #ffffff; --ink: #1c2128; --faint: #5f6975; --rule: #dfe3e8; --grid: #eaedf0; --roof: #b3261e;
      --0: #2468b4; --1: #d9730d; --2: #1a8a5c; --3: #b04a98; --4: #8a6d00; --5: #2a9db5; --6: #6a55c2; --7: #77808a;
    }
    @media screen and (prefers-color-scheme: dark) {
      :root {
        --paper: #14181d; --ink: #e4e8ec; --faint: #98a2ad; --rule: #323a43; --grid: #242b32; --roof: #ff8a80;
        --0: #6aa9f0; --1: #f0a050; --2: #4fc795; --3: #e08acb; --4: #d6b93c; --5: #62cfe4; --6: #a897f5; --7: #9aa4af;
      }
    }
    * { box-sizing: border-box; }
    body {
      margin: 0 auto; padding: 24px; max-width: 1280px; background: var(--paper); color: var(--ink);
      font: 14px/1.45 system-ui, sans-serif; font-variant-numeric: tabular-nums; print-color-adjust: exact;
    }
    h1 { margin: 0 0 12px; font-size: 24px; }
    h2 { margin: 36px 0 6px; font-size: 18px; }
    p { margin: 0 0 12px; max-width: 90ch; color: var(--faint); }
    small { display: block; color: var(--faint); font-size: 10.5px; font-weight: normal; }
    code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
    dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(210px, 45%), 1fr)); gap: 12px 24px; margin: 0; }
    dt { color: var(--faint); font-size: 12px; }
    dd { margin: 0; font-weight: 600; }
    .legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 0 8px; padding: 0; list-style: none; }
    .legend svg { margin-right: 6px; vertical-align: -1px; }
    .scrolling { overflow-x: auto; }
    text { fill: var(--ink); font-size: 12px; }
    text.tick { fill: var(--faint); }
    text.middle { text-anchor: middle; }
    text.end { text-anchor: end; }
    text.label { font-size: 11px; stroke: var(--paper); stroke-width: 3px; stroke-linejoin: round; paint-order: stroke; }
    text.ceiling { fill: var(--roof); font-weight: 600; }
    .grid { stroke: var(--grid); }
    .roof { fill: none; stroke: var(--roof); stroke-width: 1.5; }
    .roof.beyond { stroke-dasharray: 4 4; stroke-opacity: 0.6; }
    .leader { stroke: var(--faint); stroke-width: 0.6; }
    .roofline { display: block; width: 100%; min-width: 900px; }
    .best { stroke: currentColor; stroke-width: 1.2; }
    circle, rect { fill: currentColor; }
    .roofline circle { stroke: var(--paper); }
    .kernel0 { color: var(--0); } .kernel1 { color: var(--1); } .kernel2 { color: var(--2); }
    .kernel3 { color: var(--3); } .kernel4 { color: var(--4); } .kernel5 { color: var(--5); }
    .kernel6 { color: var(--6); } .kernel7 { color: var(--7); }
    .bars { display: grid; grid-template-columns: minmax(60px, max-content) minmax(0, 1fr) max-content; column-gap: 12px; }
    .bars svg { display: block; width: 100%; height: 20px; overflow: visible; }
    .bars span { text-align: right; }
    .bars .name { max-width: 30ch; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .range { stroke: var(--ink); stroke-width: 1.2; }
    table { border-collapse: collapse; width: 100%; font-size: 12px; }
    th, td { padding: 5px; border-bottom: 1px solid var(--rule); text-align: right; vertical-align: top; }
    thead th { border-bottom: 2px solid var(--rule); }
    th.word, td.word, th[scope=row] { text-align: left; }
    th[scope=row] { min-width: 180px; max-width: 260px; font-weight: normal; }
    td { white-space: nowrap; }
    td.kernel { min-width: 138px; white-space: normal; }
    .swatch { width: 9px; height: 9px; margin-right: 6px; }
    .swatch rect { width: 9px; height: 9px; }
    .wrong { color: var(--roof); }
    @media print {
      @page { size: landscape; margin: 10mm; }
      body { padding: 0; font-size: 11px; }
      .scrolling { overflow: visible; }
      .roofline { min-width: 0; max-height: 105mm; }
      section + section { break-before: page; }
      table { font-size: 9px; }
      small { font-size: 8px; }
      th, td { padding: 3px 4px; }
      tr, .roofline, .bars svg { break-inside: avoid; }
    }

    """
}
