import Convolution
import ConvolutionGraph
import PictureFiles

extension PictureOptions {
  /// A picture as a network's input.
  ///
  /// - Parameter path: the picture's, for errors.
  func image(
    of picture: Picture, path: String, for input: Network.Input
  ) throws(NetworkError) -> NetworkTensor {
    guard let form = ImageForm(input.shape), input.element == .float32 else {
      throw NetworkError(
        .shapeMismatch, argument: path, received: "a picture for input \"\(input.name)\"",
        expected: "a .npy file: the input is no image of float32 with 1 or 3 channels")
    }
    let order = channels ?? (form.channels == 1 ? .gray : .rgb)
    guard order.count == form.channels else {
      throw NetworkError(
        .shapeMismatch, argument: "--channels", received: "\(order)",
        expected: "\(form.channels), which input \"\(input.name)\" has")
    }
    let (height, width) = size.map { ($0[0], $0[1]) } ?? (picture.height, picture.width)
    guard height == form.height ?? height, width == form.width ?? width else {
      let expected = "\(form.height ?? height)x\(form.width ?? width)"
      throw NetworkError(
        .shapeMismatch, argument: path,
        received: "\(height)x\(width), height and width",
        expected: "\(expected); --size \(expected) resizes the picture")
    }
    var pixels = try NetworkTensor(
      picture.values(in: order), shape: [picture.height, picture.width, order.count])
    if [height, width] != [picture.height, picture.width] {
      pixels = try pixels.resampled(to: [height, width, order.count])
    }
    return try NetworkTensor(
      arranged(pixels.floats, form, height: height, width: width),
      shape: form.shape(height: height, width: width))
  }

  /// Samples, channels together, scaled and normalised in a network's layout.
  private func arranged(_ samples: [Float], _ form: ImageForm, height: Int, width: Int) -> [Float] {
    let strides = form.strides(height: height, width: width)
    var values = samples
    for channel in 0..<form.channels {
      let (mean, std) = (mean[mean.count == 1 ? 0 : channel], std[std.count == 1 ? 0 : channel])
      for row in 0..<height {
        for column in 0..<width {
          let sample = samples[(row * width + column) * form.channels + channel]
          values[row * strides.row + column * strides.column + channel * strides.channel] =
            (sample * factor - mean) / std
        }
      }
    }
    return values
  }

  /// An output as a picture.
  ///
  /// - Parameter layout: the one that it has where it may be both.
  func picture(
    of output: NetworkTensor, name: String, preferring layout: Layout
  ) throws(NetworkError) -> Picture {
    guard let form = ImageForm(output.shape, preferring: layout), output.shape[0] == 1 else {
      throw NetworkError(
        .shapeMismatch, argument: "output \"\(name)\"", received: "\(output.type)",
        expected: "an image of 1 or 3 channels; a .npy file holds the rest")
    }
    let (height, width, values) = (form.height!, form.width!, output.floats)
    let strides = form.strides(height: height, width: width)
    let isReversed = channels == .bgr && form.channels == 3
    var samples = values
    for channel in 0..<form.channels {
      let target = isReversed ? form.channels - 1 - channel : channel
      for row in 0..<height {
        for column in 0..<width {
          samples[(row * width + column) * form.channels + target] =
            values[row * strides.row + column * strides.column + channel * strides.channel] / factor
        }
      }
    }
    return Picture(width: width, height: height, channels: form.channels, values: samples)
  }
}
