/// The way chosen to compute a problem, and all that it was chosen from.
///
/// The fastest one for one image on one thread, as it was measured or as the cost model predicts, so that neither the
/// batch nor the number of threads ever changes a bit.
struct Choice {
  let way: Way
  let reason: String
  /// The ways that were weighed, the one that was chosen first.
  let candidates: [Candidate]
  /// The kernels that do not take the problem.
  let obstacles: [Way.Obstacle]

  /// A way, and what it takes, in nanoseconds.
  struct Candidate {
    let way: Way
    let predicted: Double
    let measured: Double?
    /// An image's share of what packing the weights takes, where weights change; 0 where they stay.
    let packing: Double
    /// Why the planner may not take it; nil where it may.
    let refusal: String?
    fileprivate let work: Schedule.Work
    /// nil where there is nothing to compute.
    fileprivate let cut: Schedule.Cut?

    /// Of the prediction, the part of each term of the work.
    var parts: [Double] { cut.map(work.times) ?? [] }

    var time: Double { (measured ?? predicted) + packing }

    /// What was measured comes before what is predicted, what may not be taken comes last.
    fileprivate var rank: Int { refusal != nil ? 2 : measured == nil ? 1 : 0 }
  }

  /// - Throws: `.unsupportedAlgorithm` when none that the planner may take computes the problem.
  init(_ planner: Planner, _ problem: Problem, model: CostModel) throws(ConvolutionError) {
    let known = planner.measuredTimes.times(
      of: MeasuredLayer(problem.geometry, on: planner.resolvedInstructionSet))
    var candidates: [Candidate] = []
    var obstacles: [Way.Obstacle] = []
    for kernel in Kernel.families(upTo: planner.resolvedInstructionSet) {
      do throws(Way.Obstacle) {
        for way in try Way.all(kernel, problem) {
          let work = Schedule.Work(
            [ChosenPhase(phase: Phase(problem), way: way)], model: model,
            rectangle: problem.geometry.axes.map { 0..<$0.output }, images: 1)
          let cut = work.isEmpty ? nil : Schedule.Cut(threads: 1, work)
          candidates.append(
            Candidate(
              way: way, predicted: cut?.time ?? 0, measured: known[way.name],
              packing: planner.packingTime(of: way), refusal: planner.refusal(of: way), work: work,
              cut: cut))
        }
      } catch {
        obstacles.append(error)
      }
    }
    candidates.sort { ($0.rank, $0.time) < ($1.rank, $1.time) }
    guard let best = candidates.first, best.refusal == nil else {
      throw planner.unsupported(candidates, obstacles)
    }
    way = best.way
    reason = best.measured == nil ? "predicted to be fastest" : "measured to be fastest"
    self.candidates = candidates
    self.obstacles = obstacles
  }

  /// The candidate that is the way.
  var chosen: Candidate { candidates.first { $0.way.identity == way.identity }! }

  /// What the way is predicted to take, in nanoseconds.
  var predicted: Double { chosen.predicted }

  /// An image's share of what packing the weights takes, in nanoseconds.
  var packing: Double { chosen.packing }

  private init(_ way: Way, from choice: Choice, reason: String) {
    self.way = way
    self.reason = reason
    candidates = choice.candidates
    obstacles = choice.obstacles
  }

  /// The same with another way taken; nil where it may not be.
  func taking(_ way: Way) -> Choice? {
    let other = candidates.first { $0.way.identity == way.identity && $0.refusal == nil }
    return other.map { Choice($0.way, from: self, reason: "as other phases") }
  }

  /// Each way that may be taken, as if it had been chosen; the chosen one first.
  var alternatives: [Choice] {
    candidates.filter { $0.refusal == nil }.map {
      Choice($0.way, from: self, reason: "to be measured")
    }
  }
}

extension Planner {
  /// Nanoseconds to pack a byte on one thread: 0.3 to 0.6 of any kernel's, on AVX2 as on AVX-512.
  private static let packingTimeOfAByte = 0.45

  /// An image's share of what packing the weights takes, in nanoseconds.
  fileprivate func packingTime(of way: Way) -> Double {
    guard let imagesPerWeightUpdate else { return 0 }
    return Self.packingTimeOfAByte * Double(way.packedBytes) / Double(max(imagesPerWeightUpdate, 1))
  }

  /// Why the planner's settings exclude a way; nil where they do not.
  fileprivate func refusal(of way: Way) -> String? {
    if algorithm != .automatic, algorithm != way.kernel.algorithm {
      return "\(algorithm) was asked for"
    }
    guard let form = way.winograd else { return nil }
    guard accuracy.allows(form) else { return "not accurate enough for \(accuracy)" }
    if let maximumPackedBytes, way.packedBytes > maximumPackedBytes {
      return "its packed weights take \(way.packedBytes) bytes, more than \(maximumPackedBytes)"
    }
    return nil
  }

  /// Why the algorithm that was asked for is not taken.
  fileprivate func unsupported(
    _ candidates: [Choice.Candidate], _ obstacles: [Way.Obstacle]
  ) -> ConvolutionError {
    let possible = candidates.filter { $0.way.kernel.algorithm == algorithm }
    let obstacles = Set(obstacles.filter { $0.kernel.algorithm == algorithm }.map(\.reason))
    let reason =
      // Of several refusals, that of the way which asks for least memory and accuracy.
      possible.min { $0.way.packedBytes < $1.way.packedBytes }?.refusal
      ?? "the layer has \(obstacles.sorted().joined(separator: ", "))"
    let others = Set(candidates.map(\.way.kernel.algorithm.name)).subtracting([algorithm.name])
    let words = [Algorithm.automatic.name] + others.sorted()
    return ConvolutionError(
      .unsupportedAlgorithm, argument: "algorithm",
      received: "\(algorithm), but \(reason)",
      expected: possible.isEmpty
        ? words.joined(separator: " or ") : "an accuracy and a maximumPackedBytes that allow it")
  }
}
