import Foundation

/// Small PNG files that another encoder (Python's zlib and struct) wrote.
enum Pictures {
  /// 2x2, red, green, blue: 255 0 0, 0 128 255 / 1 2 3, 4 5 6.
  static let rgb = decoded(
    """
    iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR42mP4z8DA0PCfgZGJmYWVDQAZsQKUC8fWbwAAAABJRU5ErkJggg==
    """)
  /// 2x1, gray and alpha: 200 10, 50 255.
  static let grayAlpha = decoded(
    """
    iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAQAAABeK7cBAAAADUlEQVR42mM4wWX0HwAEpgIElFMJJQAAAABJRU5ErkJggg==
    """)
  /// 2x1, colours 1 and 0 of a palette of 10 20 30 and 40 50 60.
  static let palette = decoded(
    """
    iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAMAAADD/I+4AAAABlBMVEUKFB4oMjzVG7TpAAAAC0lEQVR42mNgZAAAAAUAAkLCRJ8AAAAASUVORK5C\
    YII=
    """)
  /// 2x1, 16-bit gray: 0x8080 0xFFFF.
  static let gray16 = decoded(
    """
    iVBORw0KGgoAAAANSUhEUgAAAAIAAAABEAAAAACB2fwVAAAADUlEQVR42mNoaPj/HwAGggL/bOBDIwAAAABJRU5ErkJggg==
    """)
  /// Announces 100000x100000 pixels and holds ten bytes.
  static let huge = decoded(
    """
    iVBORw0KGgoAAAANSUhEUgABhqAAAYagCAIAAAAnMJyfAAAAC0lEQVR42mNggAEAAAoAAewkA7kAAAAASUVORK5CYII=
    """)

  private static func decoded(_ base64: String) -> [UInt8] { Array(Data(base64Encoded: base64)!) }
}
