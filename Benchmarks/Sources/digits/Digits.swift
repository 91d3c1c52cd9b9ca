import Convolution
import ConvolutionFiles
import Foundation

/// A small network of same-padded convolutions learns to read handwritten digits, by the library's layers and gradients
/// alone: forward, softmax, gradients, a step of gradient descent with momentum.
@main
struct Digits {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Digits").standardized
  private static let epochs = 20
  private static let batch = 32
  /// The last pictures are for the examination and are never learnt from.
  private static let examined = 360

  static func main() throws {
    let pictures = try Tensor(npyFile: folder.appending(path: "pictures.npy").path)
    let labels = try Tensor(npyFile: folder.appending(path: "labels.npy").path).elements.map {
      Int($0)
    }
    let learnt = labels.count - examined
    var random = SeededNumbers(seed: 7)
    var network = try Network(&random)
    var losses: [Double] = []
    let start = ContinuousClock.now
    for epoch in 0..<epochs {
      let order = (0..<learnt).shuffled(using: &random)
      // The last epochs take small steps.
      let rate: Float = epoch < epochs * 2 / 3 ? 0.03 : 0.003
      for first in stride(from: 0, to: learnt - batch + 1, by: batch) {
        let chosen = order[first..<first + batch]
        let loss = try network.learn(
          pictures.images(chosen).shifted(&random), chosen.map { labels[$0] }, rate: rate,
          momentum: 0.9)
        losses.append(loss)
      }
      let right = try network.read(pictures.images(learnt..<labels.count))
      let share = zip(right, labels[learnt...]).count { $0 == $1 }
      print(
        String(
          format: "epoch %2d   loss %.4f   read %.1f %% of %d unseen digits", epoch + 1,
          losses.suffix(learnt / batch).reduce(0, +) / Double(learnt / batch),
          100 * Double(share) / Double(examined), examined))
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let file = CommandLine.arguments.dropFirst().first ?? "digits-loss.svg"
    try LossCurve(losses, steps: learnt / batch).svg.write(
      toFile: file, atomically: true, encoding: .utf8)
    print(
      String(format: "%d steps in %.1f s; the loss step by step: %@", losses.count, seconds, file))
  }
}
