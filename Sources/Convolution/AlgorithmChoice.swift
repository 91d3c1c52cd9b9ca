/// The way chosen to compute a layer: summing its products as they are, or Winograd's algorithm in one of its forms,
/// whichever was measured to be fastest, or is expected to be, for one image on one thread.
struct AlgorithmChoice {
  let candidate: Candidate
  let reason: String
  /// All that were weighed, the fastest first.
  let weighed: [Candidate]
  /// Each of them as if it had been chosen.
  var alternatives: [AlgorithmChoice] {
    weighed.map { AlgorithmChoice(candidate: $0, reason: "to be measured", weighed: weighed) }
  }

  /// Winograd is taken where it saves more than this share of the time.
  private static let margin = 0.03
  /// With fewer input or output channels a group, most of Winograd's time would be transforms.
  private static let leastChannels = 16

  /// - Throws: `.unsupportedAlgorithm` when the one asked for cannot compute the layer as the planner wants it.
  init(
    _ planner: Planner, for layer: LayerFacts, weights: LayerWeights
  ) throws(ConvolutionError) {
    let set = planner.resolvedInstructionSet
    let asked = planner.algorithm
    let choice = try DirectChoice(asked == .winograd ? .automatic : asked, for: layer)
    let direct = Candidate(
      choice.algorithm, choice.family, for: layer, weights: weights, instructionSet: set)

    let isWorthATry =
      layer.groupInputChannels >= Self.leastChannels
      && layer.groupOutputChannels >= Self.leastChannels
    let forms =
      asked == .winograd || (asked == .automatic && isWorthATry)
      ? WinogradForm.candidates(for: layer, accuracy: planner.accuracy) : []
    let winograd = forms.map {
      Candidate(.winograd, .winograd, $0, for: layer, weights: weights, instructionSet: set)
    }
    let fitting = winograd.filter { $0.packedBytes <= planner.maximumPackedBytes ?? .max }
    weighed = ([direct] + fitting).sorted { $0.expectedTime < $1.expectedTime }

    let allowed = asked == .winograd ? fitting : weighed
    let measured =
      fitting.isEmpty ? [] : planner.measuredTimes?.times(of: allowed, for: layer, on: set) ?? []
    let best = fitting.min { $0.expectedTime < $1.expectedTime }
    if let fastest = measured.first {
      candidate = fastest.candidate
      reason = "measured " + Self.comparison(measured)
    } else if asked == .winograd {
      guard let best else { throw Self.refusal(planner, layer, winograd) }
      candidate = best
      reason = "asked for, " + Self.comparison(best, direct)
    } else if let best, best.expectedTime < (1 - Self.margin) * direct.expectedTime {
      candidate = best
      reason = Self.comparison(best, direct)
    } else {
      candidate = direct
      reason = choice.reason
    }
  }

  private init(candidate: Candidate, reason: String, weighed: [Candidate]) {
    self.candidate = candidate
    self.reason = reason
    self.weighed = weighed
  }

  /// The first one's time, and the others' with their names.
  private static func comparison(_ measured: [(candidate: Candidate, time: Double)]) -> String {
    measured.enumerated().map { index, way in
      (index == 0 ? "" : way.candidate.name + " ") + way.time.microseconds
    }.joined(separator: ", ")
  }

  private static func comparison(_ winograd: Candidate, _ direct: Candidate) -> String {
    "expected \(winograd.expectedTime.microseconds), "
      + "\(direct.algorithm.rawValue) \(direct.expectedTime.microseconds)"
  }

  /// Why Winograd's algorithm, which was asked for, is not taken.
  private static func refusal(
    _ planner: Planner, _ layer: LayerFacts, _ candidates: [Candidate]
  ) -> ConvolutionError {
    func error(_ received: String, _ expected: String) -> ConvolutionError {
      ConvolutionError(
        .unsupportedAlgorithm, argument: "algorithm", received: "winograd with \(received)",
        expected: expected)
    }
    if let obstacle = WinogradForm.obstacle(of: layer) {
      return error(obstacle.received, obstacle.expected)
    }
    guard let least = candidates.map(\.packedBytes).min() else {
      let accurate = Accuracy.allCases.filter {
        !WinogradForm.candidates(for: layer, accuracy: $0).isEmpty
      }
      return error(
        "accuracy \(planner.accuracy.rawValue)",
        "accuracy " + accurate.map(\.rawValue).joined(separator: " or "))
    }
    return error(
      "maximumPackedBytes \(planner.maximumPackedBytes ?? .max)", "at least \(least)")
  }
}
