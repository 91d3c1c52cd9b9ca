import Convolution
import ConvolutionFiles

/// A picture as files hold it: 8-bit samples, rows from the top, channels together.
package struct Picture: Equatable {
  /// More pixels than this are taken for a corrupt file.
  package static let maximumPixels = 1 << 27

  package let width, height: Int
  /// 1: gray; 3: red, green, blue; 4: red, green, blue, alpha.
  package let channels: Int
  /// height x width x channels, gamma-encoded as in the file.
  package let samples: [UInt8]

  package init(width: Int, height: Int, channels: Int, samples: [UInt8]) {
    precondition(samples.count == width * height * channels)
    self.width = width
    self.height = height
    self.channels = channels
    self.samples = samples
  }

  /// The shape 1 H W C.
  package var shape: [Int] { [1, height, width, channels] }

  /// `451x300`, width first as pictures are named.
  package var size: String { "\(width)x\(height)" }

  /// 1 H W C, values 0...255.
  package func tensor() throws(ConvolutionError) -> Tensor {
    try Tensor(samples.map(Float.init), shape: shape)
  }

  /// The picture of `values` (height x width x channels), rounded and clamped to 0...255.
  package init(width: Int, height: Int, channels: Int, values: [Float]) {
    self.init(
      width: width, height: height, channels: channels,
      samples: values.map { UInt8(min(max($0.rounded(), 0), 255)) })
  }
}

// MARK: - Files

/// The kinds of picture files that are read and written.
package enum PictureFormat {
  case png, jpeg

  /// By the first bytes of a file.
  init?(signature bytes: [UInt8]) {
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
      self = .png
    } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else {
      return nil
    }
  }

  /// By the end of a file's name.
  ///
  /// - Throws: `.unsupportedFile`.
  package init(path: String) throws(ConvolutionError) {
    let path = path.lowercased()
    if path.hasSuffix(".png") {
      self = .png
    } else if path.hasSuffix(".jpg") || path.hasSuffix(".jpeg") {
      self = .jpeg
    } else {
      throw ConvolutionError(
        .unsupportedFile, argument: path, received: "a name of an unknown kind of picture",
        expected: "a name that ends in .png, .jpg or .jpeg")
    }
  }
}

extension Picture {
  /// Reads a PNG or JPEG file, whatever its name.
  ///
  /// - Throws: `.inputOutput`; `.unsupportedFile` for a corrupt file or another kind.
  package init(file path: String) throws(ConvolutionError) {
    let file = try InputFile(path: path)
    let bytes = try file.read(file.size)
    switch PictureFormat(signature: bytes) {
    case .png: try self.init(png: bytes, path: path)
    case .jpeg: try self.init(jpeg: bytes, path: path)
    case nil:
      throw ConvolutionError(
        .unsupportedFile, argument: path, received: "neither PNG nor JPEG",
        expected: "a PNG or JPEG picture")
    }
  }

  /// Writes a PNG or JPEG file, as its name says.
  ///
  /// - Throws: `.inputOutput`; `.unsupportedFile` for another name, or alpha in a JPEG.
  package func write(to path: String) throws(ConvolutionError) {
    let bytes =
      switch try PictureFormat(path: path) {
      case .png: try png(path: path)
      case .jpeg: try jpeg(path: path)
      }
    let result = bytes.withUnsafeBytes { bytes in
      Result { () throws(ConvolutionError) in try replaceFile(atPath: path, with: [bytes]) }
    }
    try result.get()
  }

  /// The number of samples of a picture that a file announces.
  static func sampleCount(
    width: Int, height: Int, channels: Int, path: String
  ) throws(ConvolutionError) -> Int {
    guard width > 0, height > 0, width <= maximumPixels / height else {
      throw ConvolutionError(
        .unsupportedFile, argument: path, received: "a picture of \(width)x\(height)",
        expected: "1 to \(maximumPixels) pixels")
    }
    return width * height * channels
  }
}
