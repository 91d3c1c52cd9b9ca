import CTurboJPEG
import Convolution

/// JPEG by TurboJPEG, in the interface that its versions 2 and 3 share.
extension Picture {
  /// The quality that pictures are written with; colours keep their full resolution.
  private static let quality: Int32 = 95

  init(jpeg bytes: [UInt8], path: String) throws(ConvolutionError) {
    let codec = tjInitDecompress()
    defer { tjDestroy(codec) }
    var (width, height, subsampling, colorSpace) = (Int32(0), Int32(0), Int32(0), Int32(0))
    guard
      tjDecompressHeader3(
        codec, bytes, UInt(bytes.count), &width, &height, &subsampling, &colorSpace) == 0
    else { throw Self.failure(codec, path: path) }
    let isGray = colorSpace == Int32(TJCS_GRAY.rawValue)
    let format = isGray ? TJPF_GRAY : TJPF_RGB
    let channels = isGray ? 1 : 3
    let count = try Self.sampleCount(
      width: Int(width), height: Int(height), channels: channels, path: path)
    var isRead = false
    let samples = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      isRead =
        tjDecompress2(
          codec, bytes, UInt(bytes.count), buffer.baseAddress, width, 0, height,
          Int32(format.rawValue),
          TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING) == 0
      initialized = isRead ? count : 0
    }
    guard isRead else { throw Self.failure(codec, path: path) }
    self.init(width: Int(width), height: Int(height), channels: channels, samples: samples)
  }

  /// - Throws: `.unsupportedFile` for a picture with alpha, which a JPEG cannot hold, or one too large.
  func jpeg(path: String) throws(ConvolutionError) -> [UInt8] {
    guard channels != 4 else {
      throw ConvolutionError(
        .unsupportedFile, argument: path, received: "a picture with alpha",
        expected: "a .png to hold it")
    }
    let codec = tjInitCompress()
    defer { tjDestroy(codec) }
    var buffer: UnsafeMutablePointer<UInt8>?
    var size: UInt = 0
    defer { tjFree(buffer) }
    let (format, subsampling) = channels == 1 ? (TJPF_GRAY, TJSAMP_GRAY) : (TJPF_RGB, TJSAMP_444)
    guard
      tjCompress2(
        codec, samples, Int32(width), 0, Int32(height), Int32(format.rawValue), &buffer, &size,
        Int32(subsampling.rawValue), Self.quality, TJFLAG_ACCURATEDCT) == 0
    else { throw Self.failure(codec, path: path) }
    return Array(UnsafeBufferPointer(start: buffer, count: Int(size)))
  }

  private static func failure(_ codec: tjhandle?, path: String) -> ConvolutionError {
    ConvolutionError(
      .unsupportedFile, argument: path,
      received: "\"\(String(cString: tjGetErrorStr2(codec)))\" from TurboJPEG",
      expected: "a JPEG picture")
  }
}
