import Foundation
import Testing

@testable import convolve

struct InspectTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func aNetworkIsShownBeforeAndAfter() throws {
    let result = try convolve(["inspect", Models.path("mtcnn_pnet")])
    #expect(result.errors == "")
    for mention in [
      "input_1  float32 ?x?x?x3", "softmax", "before: 13 nodes", "5  Conv", "3  PRelu",
      "activation-into-layer", "after: ",
    ] {
      #expect(result.output.contains(mention), "\(mention) in \(result.output)")
    }
    // Shapes are not known.
    #expect(!result.output.contains("steps:"))
  }

  @Test(arguments: ["1x64x48x3", "input_1=1x64x48x3"])
  func aShapeBringsSteps(shape: String) throws {
    let result = try convolve(["inspect", Models.path("mtcnn_pnet"), "--shape", shape])
    #expect(result.errors == "")
    #expect(result.output.contains("steps:"))
    #expect(result.output.contains("float32 1x31x23x10"), "\(result.output)")
  }

  @Test func badShapesAreRefused() throws {
    let model = Models.path("mtcnn_pnet")
    try expectFailure(["inspect", model, "--shape", "1x64"], ["input_1", "[1, 64]", "?x?x?x3"])
    try expectFailure(["inspect", model, "--shape", "z=1x2x3x3"], ["--shape", "z=1x2x3x3", "input_1"])
    try expectFailure(["inspect", model, "--shape", "large"], ["numbers"])
    try expectFailure(["inspect", "no.onnx"], ["no.onnx", "No such file"])
  }

  @Test(arguments: ["mtcnn_pnet", "light_shufflenet_seeded"])
  func theDrawingIsWellFormed(model: String) throws {
    let result = try convolve(["inspect", Models.path(model), "--svg", folder.path("g.svg")])
    #expect(result.errors == "")
    let drawing = try folder.bytes("g.svg")
    try expectWellFormed(drawing)
    let text = String(decoding: drawing, as: UTF8.self)
    #expect(text.contains("before: ") && text.contains("after: "))
    #expect(text.contains("MaxPool"))
  }

  /// Names are text, whatever is in them.
  @Test func namesCannotBreakTheDrawing() throws {
    let file = SmallNetwork.file(
      [.init(operation: "Relu", inputs: ["<x> & \"y\""], output: "]]>")],
      inputs: [.init(name: "<x> & \"y\"", shape: [2])], outputs: [.init(name: "]]>", shape: [2])])
    let result = try convolve([
      "inspect", folder.file("m.onnx", file), "--svg", folder.path("g.svg"),
    ])
    #expect(result.errors == "")
    try expectWellFormed(folder.bytes("g.svg"))
  }

  @Test func boxesAreBelowTheirSourcesAndApart() {
    // A line, a fork, what skips rows, and several ends.
    let sources = [[], [0], [1], [1], [2, 3], [0, 4], [], [5, 6], [7], [7], [0, 9]]
    let widths = sources.indices.map { Double(40 + $0 * 7 % 50) }
    let layout = LayeredLayout(widths: widths, sources: sources, pitch: 50)
    for (box, sources) in sources.enumerated() {
      for source in sources {
        #expect(layout.centers[box].y >= layout.centers[source].y + 50)
      }
      for other in 0..<box where layout.centers[other].y == layout.centers[box].y {
        let distance = abs(layout.centers[other].x - layout.centers[box].x)
        #expect(distance > (widths[box] + widths[other]) / 2)
      }
      #expect(layout.centers[box].x - widths[box] / 2 >= 0)
      #expect(layout.centers[box].x + widths[box] / 2 <= layout.width)
    }
    #expect(layout.lines.count == sources.map(\.count).reduce(0, +))
  }
}
