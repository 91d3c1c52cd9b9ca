import ConvolutionGraph
import Foundation
import Testing

/// ONNX's own tests of operators: each passes, or `unsupported.txt` says what of it is not supported.
struct NodeTests {
  private static let folder = Bundle.module.resourceURL!.appending(path: "Nodes")

  private static let names: [String] =
    try! FileManager.default.contentsOfDirectory(atPath: folder.path)
    .filter { $0.hasPrefix("test_") }.sorted()

  /// What is not supported, by the test's name: lines of `name: description`.
  private static let unsupported: [String: String] = {
    let text = try! String(contentsOf: folder.appending(path: "unsupported.txt"), encoding: .utf8)
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    return Dictionary(
      uniqueKeysWithValues: lines.map { line in
        let name = line.prefix { $0 != ":" }
        return (String(name), String(line.dropFirst(name.count + 2)))
      })
  }()

  /// Tests whose results ONNX rounds so; ONNX itself allows 1e-3 of all.
  private static let writtenInFourDigits = ["test_averagepool_2d_ceil_last_window_starts_on_pad"]

  @Test(arguments: names)
  func aNodeComputesWhatONNXSays(name: String) throws {
    let test = try NodeTest(Self.folder.appending(path: name))
    if let expected = Self.unsupported[name] {
      let error = try #require(throws: NetworkError.self) {
        try Network(onnx: test.model, name: name)
      }
      #expect(error.code == .unsupported)
      #expect(error.unsupported.map(\.description).joined(separator: "; ") == expected)
      return
    }
    let relative = Self.writtenInFourDigits.contains(name) ? 1e-3 : 1e-5
    for dataSet in test.dataSets {
      let outputs = try test.run(dataSet.inputs)
      for (name, file) in dataSet.outputs {
        let expected = try NetworkTensor(onnxTensorFile: file)
        let output = try #require(outputs[name], "output \(name)")
        #expect(output.type == expected.type)
        let difference = worstDifference(output, expected, relative: relative)
        #expect(difference <= 1, "\(name): \(difference) times what is allowed")
      }
    }
  }

  @Test func everyTestThatIsListedIsThere() {
    #expect(Set(Self.unsupported.keys).isSubset(of: Self.names))
  }

  /// The largest difference of elements, as a part of what is allowed; integers must be equal.
  private func worstDifference(
    _ output: NetworkTensor, _ expected: NetworkTensor, relative: Double
  ) -> Double {
    guard output.element == .float32 else { return output == expected ? 0 : .infinity }
    return zip(output.floats, expected.floats).map { output, expected in
      if output == expected || (output.isNaN && expected.isNaN) { return 0 }
      let difference = abs(Double(output) - Double(expected))
      return difference.isNaN ? .infinity : difference / (1e-7 + relative * Double(abs(expected)))
    }.max() ?? 0
  }
}
