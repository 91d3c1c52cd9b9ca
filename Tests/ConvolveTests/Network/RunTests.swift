import Convolution
import ConvolutionFiles
import Foundation
import Testing

@testable import convolve

/// Networks on `.npy` files.
struct RunTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(_ arguments: String...) throws -> String {
    let result = try convolve(["run"] + arguments)
    #expect(result.errors == "")
    #expect(result.status == 0)
    return result.output
  }

  @Test(arguments: [["--threads", "1"], ["--layout", "nchw", "--accuracy", "exact-order"]])
  func aNetworkGivesWhatItShould(options: [String]) throws {
    let model = "mtcnn_pnet"
    let result = try convolve(
      [
        "run", Models.path(model), "--input", Models.path(model, "in__input_1.npy"),
        "-o", "softmax=\(folder.path("s.npy"))", "-o", "conv2d_4=\(folder.path("c.npy"))",
      ] + options)
    #expect(result.status == 0, "\(result.errors)")
    for (file, expected) in [("s.npy", "out__softmax.npy"), ("c.npy", "out__conv2d_4.npy")] {
      let (y, reference) = try (
        Tensor(npyFile: folder.path(file)), Tensor(npyFile: Models.path(model, expected))
      )
      #expect(y.shape == reference.shape)
      let most = reference.elements.map(abs).max()!
      let error = zip(y.elements, reference.elements).map { abs($0 - $1) }.max()!
      #expect(error <= 1e-4 * most)
    }
  }

  @Test func everyTypeOfElements() throws {
    let numbers = [-3, 5, 1 << 40] as [Int64]
    let files: [(SmallNetwork.Element, [UInt8], [UInt8])] = [
      (.int64, npyFile("<i8", "(3,)", numbers), npyFile("<i8", "(3,)", numbers.map { 2 * $0 })),
      (.int32, npyFile("<i4", "(1,)", [7] as [Int32]), npyFile("<i4", "(1,)", [14] as [Int32])),
      (.uint8, npyFile("|u1", "(2,)", [1, 90] as [UInt8]), npyFile("|u1", "(2,)", [2, 180] as [UInt8])),
      (.float32, npyFile("<f4", "(1,)", [1.5] as [Float]), npyFile("<f4", "(1,)", [3] as [Float])),
    ]
    for (element, input, expected) in files {
      let model = try folder.file("m.onnx", SmallNetwork.of("Add", [nil], element, inputs: 2))
      _ = try run(
        model, "--input", folder.file("x.npy", input), "-o", "y=\(folder.path("y.npy"))")
      #expect(try folder.bytes("y.npy") == expected, "\(element)")
    }
    let not = try folder.file("m.onnx", SmallNetwork.of("Not", [2, 1], .bool))
    let input = npyFile("|b1", "(2, 1)", [0, 1] as [UInt8])
    _ = try run(not, "--input", "x=\(folder.file("x.npy", input))", "-o", folder.path("y.npy"))
    #expect(try folder.bytes("y.npy") == npyFile("|b1", "(2, 1)", [1, 0] as [UInt8]))
  }

  @Test func severalInputsByName() throws {
    let values = ["a", "b=c", "y"].map { SmallNetwork.Value(name: $0, shape: [2]) }
    let model = try folder.file(
      "m.onnx",
      SmallNetwork.file(
        [.init(operation: "Sub", inputs: ["a", "b=c"], output: "y")],
        inputs: Array(values.prefix(2)), outputs: [values[2]]))
    _ = try run(
      model, "--input", "b=c=\(folder.npy("b.npy", [1, 2], [2]))", "--input",
      "a=\(folder.npy("a.npy", [10, 20], [2]))", "-o", folder.path("y.npy"))
    #expect(try Tensor(npyFile: folder.path("y.npy")).elements == [9, 18])
  }

  // MARK: - Classifiers

  @Test func theLargestValuesWithTheirLabels() throws {
    let model = try folder.file("m.onnx", SmallNetwork.of("Identity", [1, 4, 1]))
    let x = try folder.npy("x.npy", [0.25, .nan, 4, 0.25], [1, 4, 1])
    let labels = try folder.file("labels.txt", Array("cat\ndog\nsea lion\nbee\n".utf8))
    let lines = try run(model, "--input", x, "--top", "3", "--labels", labels)
      .split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    #expect(lines.prefix(3) == ["2  4.0   sea lion", "0  0.25  cat", "3  0.25  bee"])
    #expect(lines.count == 4)
  }

  @Test func theLargestOfEachImage() throws {
    let model = try folder.file("m.onnx", SmallNetwork.of("Identity", [nil, 2]))
    let x = try folder.npy("x.npy", [1, 2, 4, 3], [2, 2])
    let output = try run(model, "--input", x, "--top", "1")
    #expect(output.hasPrefix("y[0]\n  1  2.0\ny[1]\n  0  4.0\n"))
  }

  // MARK: - Profiles

  @Test func aProfileHasARowAStepAndATotal() throws {
    let model = "mtcnn_pnet"
    let output = try run(
      Models.path(model), "--input", Models.path(model, "in__input_1.npy"), "--profile",
      "--profile-html", folder.path("p.html"))
    for mention in [
      "GFLOP/s", "operation", "algorithm", "MaxPool", "Softmax", "total of", "arena", "all tensors",
      "loaded in", "planned in",
    ] {
      #expect(output.contains(mention), "\(mention) in \(output)")
    }
    let page = try folder.bytes("p.html")
    try expectWellFormed(page)
    #expect(String(decoding: page, as: UTF8.self).contains("MaxPool"))
  }
}
