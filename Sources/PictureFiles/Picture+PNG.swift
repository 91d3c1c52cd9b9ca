import CPNG
import Convolution

/// PNG by libpng's simplified interface.
extension Picture {
  /// Any PNG: palettes become colours, 16 bits become 8, gray with alpha becomes colour with alpha.
  init(png bytes: [UInt8], path: String) throws(ConvolutionError) {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    // Between beginning and finishing libpng keeps the addresses of both the picture and the bytes.
    let decoded = bytes.withUnsafeBufferPointer { bytes in
      withUnsafeMutablePointer(to: &image) { image in
        defer { png_image_free(image) }
        return Result { () throws(ConvolutionError) in
          try Self.decode(image, from: bytes, path: path)
        }
      }
    }
    self = try decoded.get()
  }

  private static func decode(
    _ image: UnsafeMutablePointer<png_image>, from bytes: UnsafeBufferPointer<UInt8>, path: String
  ) throws(ConvolutionError) -> Picture {
    guard png_image_begin_read_from_memory(image, bytes.baseAddress, bytes.count) != 0 else {
      throw failure(image.pointee, path: path)
    }
    let hasAlpha = image.pointee.format & png_uint_32(PNG_FORMAT_FLAG_ALPHA) != 0
    let hasColor = image.pointee.format & png_uint_32(PNG_FORMAT_FLAG_COLOR) != 0
    let channels = hasAlpha ? 4 : hasColor ? 3 : 1
    image.pointee.format = format(channels: channels)
    // Without it, 16-bit samples that do not tell their gamma are taken for linear light.
    image.pointee.flags |= png_uint_32(PNG_IMAGE_FLAG_16BIT_sRGB)
    let (width, height) = (Int(image.pointee.width), Int(image.pointee.height))
    let count = try sampleCount(width: width, height: height, channels: channels, path: path)
    var isRead = false
    let samples = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      isRead = png_image_finish_read(image, nil, buffer.baseAddress, 0, nil) != 0
      initialized = isRead ? count : 0
    }
    guard isRead else { throw failure(image.pointee, path: path) }
    return Picture(width: width, height: height, channels: channels, samples: samples)
  }

  func png(path: String) throws(ConvolutionError) -> [UInt8] {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    image.width = png_uint_32(width)
    image.height = png_uint_32(height)
    image.format = Self.format(channels: channels)
    defer { png_image_free(&image) }
    // Compressed data can be longer than what it stands for, by the marks of its blocks.
    var size = samples.count + samples.count / 64 + height + 4096
    var isWritten = false
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
      isWritten =
        png_image_write_to_memory(&image, buffer.baseAddress, &size, 0, samples, 0, nil) != 0
      initialized = isWritten ? size : 0
    }
    guard isWritten else { throw Self.failure(image, path: path) }
    return bytes
  }

  private static func format(channels: Int) -> png_uint_32 {
    let color = png_uint_32(channels == 1 ? 0 : PNG_FORMAT_FLAG_COLOR)
    return color | png_uint_32(channels == 4 ? PNG_FORMAT_FLAG_ALPHA : 0)
  }

  private static func failure(_ image: png_image, path: String) -> ConvolutionError {
    let message = withUnsafeBytes(of: image.message) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    return ConvolutionError(
      .unsupportedFile, argument: path, received: "\"\(message)\" from libpng",
      expected: "a PNG picture")
  }
}
