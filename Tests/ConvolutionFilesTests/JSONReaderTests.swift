import Convolution
import ConvolutionFiles
import Testing

struct JSONReaderTests {
  private func reader(_ text: String) throws -> JSONReader {
    JSONReader(try FileBytes(Array(text.utf8), name: "x.json"))
  }

  @Test func valuesAreTakenOneAfterTheOther() throws {
    var json = try reader(
      #" { "a" : [1, -2 ,3], "b":"t\u00e9\n\ud83d\ude00\"", "c":{"d":[{}, null, 1.5e3]} } "#)
    var integers: [Int] = []
    var text = ""
    try json.object { (key, json) throws(ConvolutionError) in
      switch key {
      case "a":
        try json.array { (json) throws(ConvolutionError) in integers.append(try json.integer()) }
      case "b": text = try json.string()
      default: try json.skip()
      }
    }
    try json.end()
    #expect(integers == [1, -2, 3])
    #expect(text == "té\n😀\"")
  }

  @Test(arguments: [
    "", "{", "{\"a\"", "{\"a\":}", "{\"a\":1,}", "{a:1}", "[1 2]", "[1,]", "nul", "\"\\x\"",
    "\"\\ud83d\"",
    "\"a", "{\"a\":1}x", "1e", "01", "+1", ".5", "1.", "0x1", "--1", "\"\u{1}\"", "\"\\u12g4\"",
    String(repeating: "[", count: 100_000),
    String(repeating: "[", count: 200) + String(repeating: "]", count: 200),
  ])
  func malformedTextIsAnError(text: String) throws {
    expectError(.unsupportedFile, "x.json", []) {
      var json = try reader(text)
      try json.skip()
      try json.end()
    }
  }
}
