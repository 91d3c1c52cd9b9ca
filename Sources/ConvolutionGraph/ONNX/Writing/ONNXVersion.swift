/// A version of ONNX's operators, and of the file format that goes with it.
enum ONNXVersion {
  /// The versions of operators that are written.
  static let opsets = 7...28

  /// The file format, as old as an opset may be in it, so that the oldest readers take it; but not older than 4, before which
  /// all weights are inputs too, and engines fold nothing into them.
  static func format(ofOpset opset: Int) -> Int {
    switch opset {
    case ...9: 4
    case 10: 5
    case 11: 6
    case 12...14: 7
    case 15...18: 8
    case 19...20: 9
    case 21...22: 10
    case 23: 11
    case 24: 12
    case 25...27: 13
    default: 14
    }
  }
}
