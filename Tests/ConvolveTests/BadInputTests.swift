import Foundation
import Testing

/// Bad input: one clear line on standard error, exit code 1, no output file, an old one as it was.
struct BadInputTests {
  /// Flags that do not go with an input of 1x2x5x5 and weights of 3x2x3x3, and what the line mentions.
  @Test(arguments: [
    (["--layout", "nwhc"], ["--layout", "nwhc", "nchw, nhwc"]),
    (["--padding", "some"], ["--padding", "some", "torch-same"]),
    (["--border", "mirror"], ["--border", "mirror", "reflect"]),
    (["--border", "reflect,reflect,reflect"], ["border", "3 values", "1 or 2"]),
    (["--border", ""], ["--border"]),
    (["--border", "constant:"], ["--border", "'constant:'", "constant:value"]),
    (["--border", "constant:x,zeros"], ["--border", "constant:x", "constant:value"]),
    (["--border-value", "1"], ["--border-value", "constant"]),
    (["--border", "constant:1", "--border-value", "1"], ["--border-value", "constant"]),
    (["--border", "constant", "--border-value", "one"], ["--border-value", "one"]),
    (["--activation", "softmax"], ["--activation", "softmax", "gelu"]),
    (["--activation", "clip:1"], ["--activation", "clip:minimum,maximum"]),
    (["--activation", "clip:2,1"], ["activation", "2.0", "1.0"]),
    (["--activation", "leakyRelu:x"], ["--activation", "'leakyRelu:x'", "leakyRelu:slope"]),
    (["--algorithm", "fft"], ["--algorithm", "fft", "auto"]),
    (["--accuracy", "exact"], ["--accuracy", "exact", "exact-order, standard, fast"]),
    (
      ["--algorithm", "winograd", "--accuracy", "exact-order"],
      ["algorithm", "winograd", "exact-order", "accuracy"]
    ),
    (["--algorithm", "winograd", "--stride", "2"], ["algorithm", "winograd", "stride above 1"]),
    (["--algorithm", "depthwise"], ["algorithm", "depthwise"]),
    (["--effort", "great"], ["--effort", "great", "estimate, measure"]),
    (["--isa", "avx1024"], ["--isa", "avx1024", "avx512"]),
    (["--threads", "0"], ["--threads", "'0'", "1 to 1024"]),
    (["--threads", "-1"], ["--threads"]),
    (["--threads", "2000"], ["--threads", "'2000'", "1 to 1024"]),
    (["--threads", "many"], ["--threads", "many", "1 to 1024"]),
    (["--stride", "0"], ["--stride", "0", "positive"]),
    (["--stride", "1,1,1"], ["stride", "3 values", "1 or 2"]),
    (["--stride", "99999999999999999999"], ["--stride", "whole numbers"]),
    (["--stride", "2", "--padding", "torch-same"], ["stride", "2", "PyTorch"]),
    (["--dilation", "-1"], ["--dilation"]),
    (["--dilation", "4"], ["kernel", "span of 9", "5"]),
    (["--dilation", "4611686018427387904"], ["dilation", "64 bits"]),
    (["--pads", "1,1,1"], ["--pads", "3 numbers"]),
    (["--pads", "1,1,1,1,1,1"], ["padding", "3 amounts", "1 or 2"]),
    (["--pads", "1,1,1,1", "--padding", "same"], ["--pads", "same", "explicit"]),
    (["--padding", "explicit"], ["--padding explicit", "--pads"]),
    (["--transpose", "--border", "reflect"], ["--border", "--transpose"]),
    (["--transpose", "--padding", "causal"], ["--padding", "causal", "same-lower"]),
    (["--transpose", "--padding", "explicit"], ["--padding explicit", "--pads"]),
    (["--padding", "same-upper"], ["--padding", "same-upper", "same-lower"]),
    (["--output-padding", "1"], ["--output-padding", "--transpose"]),
    (["--output-shape", "9,9"], ["--output-shape", "--transpose"]),
    (["--onnx-sense", "onnxruntime"], ["--onnx-sense", "--transpose"]),
    (["--transpose", "--output-padding", "1,2,3"], ["--output-padding", "3 values", "1 or 2"]),
    (["--transpose", "--output-padding", "1,-1"], ["--output-padding", "1,-1", "at least 0"]),
    (
      ["--transpose", "--output-padding", "1", "--padding", "same"],
      ["--output-padding", "--padding same", "same-upper"]
    ),
    (["--transpose", "--output-shape", "9,9,9"], ["--output-shape", "3 values", "1 or 2"]),
    (["--transpose", "--output-shape", "9,x"], ["--output-shape", "9,x"]),
    (
      ["--transpose", "--output-shape", "9", "--pads", "1,1,1,1"],
      ["--output-shape", "--pads", "same-upper"]
    ),
    (
      ["--transpose", "--output-shape", "9", "--padding", "valid"],
      ["--output-shape", "--padding valid", "same-upper"]
    ),
    (["--transpose", "--onnx-sense", "onnxruntime"], ["--onnx-sense", "--output-shape"]),
    (
      ["--transpose", "--onnx-sense", "onnxruntime", "--padding", "same"],
      ["--onnx-sense", "--padding same", "same-lower"]
    ),
    (
      ["--transpose", "--onnx-sense", "keras", "--padding", "same-lower"],
      ["--onnx-sense", "keras", "specification, onnxruntime"]
    ),
    (["--transpose"], ["input", "2 channels", "3"]),
    (["--pads", "9223372036854775807,1,0,0"], ["padding", "64 bits"]),
    (["--groups", "2"], ["channels"]),
    (["--groups", "0"], ["groups", "0"]),
    (["--fast"], ["--fast"]),
    (["surplus"], ["surplus"]),
  ])
  func flagsThatDoNotFit(flags: [String], mentions: [String]) throws {
    let folder = try TemporaryFolder()
    let arguments = [
      "apply", "--input", try folder.npy("x.npy", wave(50, 0.3), [1, 2, 5, 5]),
      "--weights", try folder.npy("w.npy", wave(54, 0.7), [3, 2, 3, 3]), "--output",
      folder.path("y.npy"),
    ]
    try expectFailure(arguments + flags, mentions)
    #expect(try folder.names == ["w.npy", "x.npy"])
  }

  @Test func filesThatDoNotFit() throws {
    let folder = try TemporaryFolder()
    let x = try folder.npy("x.npy", wave(50, 0.3), [1, 2, 5, 5])
    let w = try folder.npy("w.npy", wave(54, 0.7), [3, 2, 3, 3])
    let complex = try folder.file(
      "complex.npy",
      npy("{'descr': '<c8', 'fortran_order': False, 'shape': (1, 1, 1), }", dataBytes: 8))
    let truncated = try folder.file(
      "short.npy",
      npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 9), }", dataBytes: 8))
    let text = try folder.file("text.npy", Array("1 2 3\n4 5 6\n".utf8))
    let flat = try folder.npy("flat.npy", [1, 2], [1, 2])
    let thin = try folder.npy("thin.npy", wave(27, 0.2), [3, 1, 3, 3])
    let line = try folder.npy("line.npy", wave(18, 0.2), [3, 2, 3])
    let pair = try folder.npy("pair.npy", [1, 2], [2])
    let times = try folder.file("times.txt", Array("# times\nic1 nchw\n".utf8))
    let y = try folder.file("y.npy", Array("old".utf8))
    let before = try folder.names

    func apply(_ input: String, _ weights: String, _ more: String...) -> [String] {
      ["apply", "--input", input, "--weights", weights, "--output", y] + more
    }
    try expectFailure(apply(folder.path("no.npy"), w), ["no.npy", "No such file"])
    try expectFailure(apply(x, complex), ["complex.npy", "<c8", "float32"])
    try expectFailure(apply(truncated, w), ["short.npy", "8 bytes", "36"])
    try expectFailure(apply(text, w), ["text.npy", ".npy file"])
    try expectFailure(apply(flat, w), ["flat.npy", "2 axes", "3, 4 or 5"])
    try expectFailure(apply(x, thin), ["input", "2 channels", "1"])
    try expectFailure(apply(x, line), ["weights", "[3, 2, 3]", "4 axes"])
    try expectFailure(apply(x, w, "--bias", pair), ["bias", "[2]", "[3]"])
    try expectFailure(apply(x, w, "--residual", x), ["residual", "[1, 2, 5, 5]", "[1, 3, 3, 3]"])
    try expectFailure(
      apply(x, w, "--times", times), ["times.txt:2", "2 words", "general=1330.0us"])
    try expectFailure(apply(x, w, "--times", "no.txt"), ["no.txt", "No such file"])
    try expectFailure(apply(x, w, "--cost-model", times), ["times.txt", "no cost model"])
    try expectFailure(apply(x, w, "--cost-model", "no.txt"), ["no.txt", "No such file"])
    #expect(try folder.names == before)
    #expect(try Data(contentsOf: URL(filePath: y)) == Data("old".utf8))

    let nowhere = folder.path("missing/y.npy")
    try expectFailure(
      ["apply", "--input", x, "--weights", w, "--output", nowhere],
      ["missing/y.npy", "No such file"])
    #expect(try folder.names == before)
  }

  @Test(arguments: [
    (["apply"], ["--input"]),
    (["multiply"], ["multiply"]),
    (["pad", "--input", "100x20"], ["--kernel"]),
    (["pad", "--input", "100y20", "--kernel", "3"], ["--input", "100y20"]),
    (["pad", "--input", "100x20", "--kernel", "4x1x1"], ["--kernel", "3 values", "1 or 2"]),
    (["pad", "--input", "1x2x3x4", "--kernel", "3"], ["--input", "4 extents", "1, 2 or 3"]),
    (["pad", "--input", "100x0", "--kernel", "3"], ["--input", "positive"]),
    (
      ["pad", "--input", "9", "--kernel", "9223372036854775807", "--dilation", "2"],
      ["--dilation", "64 bits"]
    ),
    (["pad", "--transpose", "--input", "9x9", "--kernel", "3", "--stride", "2,2,2"], ["--stride"]),
    (
      ["pad", "--transpose", "--input", "9", "--kernel", "3", "--stride", "9223372036854775807"],
      ["stride", "64 bits"]
    ),
    (["explain"], ["descriptor"]),
    (["explain", "ic16oc16ih10kh3", "--transpose", "--padding", "full"], ["--padding", "full"]),
    (["explain", "ic16oc16ih10kh3ph9", "--transpose"], ["descriptor", "padding 9"]),
    (["explain", "ic3oc"], ["descriptor", "oc"]),
    (["explain", "ic16oc16ih10kh3", "--border", "mirror"], ["--border", "mirror"]),
    (["explain", "ic16oc16ih10kh3", "--padding", "torch-same", "--stride", "2"], ["--stride"]),
  ])
  func otherCommands(arguments: [String], mentions: [String]) throws {
    try expectFailure(arguments, mentions)
  }

  @Test func picturesThatDoNotFit() throws {
    let folder = try TemporaryFolder()
    let picture = Pictures.rgb
    let png = try folder.file("a.png", picture)
    let short = try folder.file("short.png", picture.dropLast(30))
    // A file that announces 2^31 - 1 pixels a side.
    let huge = try folder.file("huge.png", Pictures.huge)
    let text = try folder.file("text.png", Array("a picture".utf8))
    let empty = try folder.file("empty.jpg", [])
    let alpha = try folder.file("alpha.png", Pictures.grayAlpha)
    let output = folder.path("out.png")
    let before = try folder.names

    func filter(_ photo: String, _ kernel: String = "sobel", to output: String) -> [String] {
      ["filter", photo, "--kernel", kernel, "-o", output]
    }
    try expectFailure(filter(folder.path("no.png"), to: output), ["no.png", "No such file"])
    try expectFailure(filter(short, to: output), ["short.png", "libpng"])
    try expectFailure(filter(huge, to: output), ["huge.png"])
    try expectFailure(filter(text, to: output), ["text.png", "PNG or JPEG"])
    try expectFailure(filter(empty, to: output), ["empty.jpg", "PNG or JPEG"])
    try expectFailure(filter(alpha, to: folder.path("out.jpg")), ["out.jpg", "alpha"])
    try expectFailure(filter(png, to: folder.path("out.gif")), ["out.gif", ".jpeg"])
    try expectFailure(filter(png, to: folder.path("no/out.png")), ["no/out.png", "No such file"])
    for kernel in [
      "gaussian", "gaussian:4", "gaussian:-3", "box:0", "box:1001", "box:x", "sobel:3", "median:3",
      "",
    ] {
      try expectFailure(filter(png, kernel, to: output), ["--kernel"])
    }
    try expectFailure(
      filter(png, to: output) + ["--border", "reflect,zeros,zeros"], ["border", "3 values"])
    #expect(try folder.names == before)
  }

  @Test func helpIsNotAFailure() throws {
    for arguments in [[], ["--help"], ["apply", "--help"], ["help", "filter"]] {
      let result = try convolve(arguments)
      #expect(result.status == 0)
      #expect(result.errors == "")
      #expect(result.output.contains("USAGE: convolve"))
    }
  }

  /// A `.npy` file of version 1.0 with zero bytes for elements.
  private func npy(_ header: String, dataBytes: Int) -> [UInt8] {
    let text = header + "\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
      + Array(repeating: 0, count: dataBytes)
  }
}
