import Foundation
import Testing

/// Bad input of networks: one line that says what came and what was expected.
struct RunErrorTests {
  private let folder: TemporaryFolder
  private let x: String

  init() throws {
    folder = try TemporaryFolder()
    x = try folder.npy("x.npy", [1, 2, 3, 4, 5, 6], [2, 3])
    try SmallNetwork.of("Relu", [nil, 3]).withUnsafeBytes {
      try Data($0).write(to: URL(filePath: folder.path("m.onnx")))
    }
    _ = try folder.file("a.png", Pictures.rgb)
    _ = try folder.file("text.txt", Array("one\ntwo\n".utf8))
    try FileManager.default.createDirectory(
      at: folder.url.appending(path: "empty"), withIntermediateDirectories: true)
  }

  @Test(arguments: [
    (["m.onnx"], ["--input", "nothing", "\"x\""]),
    (["no.onnx", "--input", "x.npy"], ["no.onnx", "No such file"]),
    (["text.txt", "--input", "x.npy"], ["text.txt"]),
    (["m.onnx", "--input", "z=x.npy"], ["--input", "z=x.npy", "x=file"]),
    (["m.onnx", "--input", "x.npy", "--input", "x=x.npy"], ["--input", "two files", "\"x\""]),
    (["m.onnx", "--input", "x.npy", "-o", "z=y.npy"], ["--output", "z=y.npy", "y=file"]),
    (["m.onnx", "--input", "x.npy", "-o", "y.txt"], ["y.txt", ".png"]),
    (["m.onnx", "--input", "x.npy", "-o", "y.png"], ["output \"y\"", "2x3", "image"]),
    (["m.onnx", "--input", "x.npy", "-o", "no/y.npy"], ["no/y.npy", "No such file"]),
    (["m.onnx", "--input", "no.npy"], ["no.npy", "No such file"]),
    (["m.onnx", "--input", "text.txt"], ["text.txt", "PNG or JPEG"]),
    (["m.onnx", "--input", "a.png"], ["a.png", "input \"x\"", ".npy"]),
    (["m.onnx", "--input", "flat.npy"], ["x", "[6]", "float32 ?x3"]),
    (["m.onnx", "--input", "long.npy"], ["x", "int64 1x3", "float32"]),
    (["m.onnx", "--input", "complex.npy"], ["complex.npy", "<c8", "float32"]),
    (["m.onnx", "--input", "x.npy", "--top", "0"], ["--top", "positive"]),
    (["m.onnx", "--input", "x.npy", "--labels", "text.txt"], ["--labels", "--top"]),
    (
      ["m.onnx", "--input", "x.npy", "--top", "1", "--labels", "text.txt"],
      ["--labels", "2 lines", "3"]
    ),
    (["m.onnx", "--input", "x.npy", "--layout", "hwc"], ["--layout", "hwc", "nchw, nhwc"]),
    (["m.onnx", "--input", "empty", "-o", "out"], ["empty", "without pictures"]),
    (["m.onnx", "--input", "empty"], ["--output", "folder", "--top"]),
    (["m.onnx", "--input", "empty", "-o", "y.png"], ["--output", "y.png", "folder"]),
    (["m.onnx", "--input", "x.npy", "--mean", "1,2"], ["--mean", "1 or 3"]),
    (["m.onnx", "--input", "x.npy", "--std", "0"], ["--std", "positive"]),
    (["m.onnx", "--input", "x.npy", "--scale", "-1"], ["--scale"]),
    (["m.onnx", "--input", "x.npy", "--size", "3"], ["--size", "224x224"]),
    (["m.onnx", "--input", "x.npy", "--channels", "cmyk"], ["--channels", "cmyk", "bgr"]),
  ])
  func whatDoesNotFit(arguments: [String], mentions: [String]) throws {
    _ = try folder.npy("flat.npy", [1, 2, 3, 4, 5, 6], [6])
    _ = try folder.file("long.npy", npyFile("<i8", "(1, 3)", [1, 2, 3] as [Int64]))
    _ = try folder.file("complex.npy", npyFile("<c8", "(1, 3)", [1, 2, 3] as [Double]))
    let before = try folder.names
    try expectFailure(["run"] + arguments, mentions, in: folder)
    #expect(try folder.names == before)
  }

  @Test func picturesOfAnotherSizeOrOtherChannels() throws {
    _ = try folder.file("m.onnx", SmallNetwork.of("Relu", [1, 3, 4, 5]))
    try expectFailure(
      ["run", "m.onnx", "--input", "a.png"], ["a.png", "2x2", "--size 4x5"], in: folder)
    try expectFailure(
      ["run", "m.onnx", "--input", "a.png", "--channels", "gray"], ["--channels", "gray", "3"],
      in: folder)
  }

  @Test func truthValuesAreZeroOrOne() throws {
    _ = try folder.file("m.onnx", SmallNetwork.of("Not", [2], .bool))
    _ = try folder.file("x.npy", npyFile("|b1", "(2,)", [1, 2] as [UInt8]))
    try expectFailure(
      ["run", "m.onnx", "--input", "x.npy"], ["x.npy", "neither 0 nor 1"], in: folder)
  }

  @Test func allThatIsMissingIsListed() throws {
    let file = SmallNetwork.file(
      [
        .init(operation: "Attend", inputs: ["x"], output: "a"),
        .init(operation: "Relu", inputs: ["a"], output: "b"),
        .init(operation: "Bend", inputs: ["b"], output: "y"),
      ],
      inputs: [.init(name: "x", shape: [2])], outputs: [.init(name: "y", shape: [2])])
    _ = try folder.file("m.onnx", file)
    try expectFailure(
      ["run", "m.onnx", "--input", "x.npy"], ["the Attend", "the Bend", "supported"], in: folder)
    let result = try convolve(["inspect", "m.onnx"], in: folder)
    #expect(result.status == 1)
    #expect(result.output == "node \"the Attend\": Attend\nnode \"the Bend\": Bend\n")
    #expect(
      result.errors == "Error: m.onnx: got 2 features that are not supported, expected none\n")
  }
}
