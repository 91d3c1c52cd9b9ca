import ArgumentParser
import PictureFiles

/// The channels of a network's image.
enum ChannelOrder: String, CaseIterable, ExpressibleByArgument {
  case rgb, bgr, gray

  var count: Int { self == .gray ? 1 : 3 }
}

extension Picture {
  /// The samples of each pixel, 0...255, in an order; alpha is left out.
  func values(in order: ChannelOrder) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(width * height * order.count)
    for first in stride(from: 0, to: samples.count, by: channels) {
      let red = Float(samples[first])
      let green = channels == 1 ? red : Float(samples[first + 1])
      let blue = channels == 1 ? red : Float(samples[first + 2])
      switch order {
      case .gray where channels == 1: values.append(red)
      // As JPEG has it.
      case .gray: values.append(0.299 * red + 0.587 * green + 0.114 * blue)
      case .rgb:
        values.append(red)
        values.append(green)
        values.append(blue)
      case .bgr:
        values.append(blue)
        values.append(green)
        values.append(red)
      }
    }
    return values
  }
}
