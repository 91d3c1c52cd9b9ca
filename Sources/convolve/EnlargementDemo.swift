import Convolution
import ConvolutionFiles
import ConvolutionGraph
import PictureFiles

/// The part of the tour that runs a network: waifu2x enlarges a photograph to twice its size.
struct EnlargementDemo {
  /// The network computes pixels from the 7 around, and leaves out those that have fewer.
  private static let margin = 7

  let plan: NetworkPlan
  private let picture: Picture
  private let input: NetworkTensor

  /// - Parameters:
  ///   - network: the network's file.
  ///   - picture: with three channels or four.
  init(network: String, _ picture: Picture, with planner: Planner) throws {
    self.picture = picture
    let (height, width) = (picture.height + 2 * Self.margin, picture.width + 2 * Self.margin)
    var values = [Float](repeating: 0, count: 3 * height * width)
    for channel in 0..<3 {
      for row in 0..<height {
        for column in 0..<width {
          // Beyond its border, the picture repeats its last pixels.
          let y = min(max(row - Self.margin, 0), picture.height - 1)
          let x = min(max(column - Self.margin, 0), picture.width - 1)
          let sample = (y * picture.width + x) * picture.channels + channel
          values[(channel * height + row) * width + column] = Float(picture.samples[sample]) / 255
        }
      }
    }
    input = try NetworkTensor(values, shape: [1, 3, height, width])
    let network = try Network(contentsOf: network)
    plan = try network.plan(inputs: [network.inputs[0].name: input.shape], with: planner)
  }

  /// Writes a part of the picture beside the same part of what the network makes of it: first enlarged by repeating
  /// pixels, then by the network. Returns what a run takes, in seconds.
  func write(to path: String, rows: Range<Int>, columns: Range<Int>) throws -> Double {
    let clock = ContinuousClock()
    var workspace = try NetworkWorkspace(for: plan)
    let name = plan.inputs[0].name
    _ = try plan.run([name: input], workspace: &workspace)
    let start = clock.now
    let result = try plan.run([name: input], workspace: &workspace).values.first!
    let time = (clock.now - start).seconds

    let enlarged = result.floats
    let (height, width) = (result.shape[2], result.shape[3])
    let (outRows, outColumns) = (2 * rows.count, 2 * columns.count)
    var values: [Float] = []
    values.reserveCapacity(outRows * outColumns * 2 * 3)
    for row in 0..<outRows {
      for column in 0..<2 * outColumns {
        let (y, x) = (2 * rows.lowerBound + row, 2 * columns.lowerBound + column % outColumns)
        for channel in 0..<3 {
          values.append(
            column < outColumns
              ? Float(picture.samples[(y / 2 * picture.width + x / 2) * picture.channels + channel])
              : 255 * enlarged[(channel * height + y) * width + x])
        }
      }
    }
    try Picture(width: 2 * outColumns, height: outRows, channels: 3, values: values)
      .write(to: path)
    return time
  }
}
