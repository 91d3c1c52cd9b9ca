import ArgumentParser
import Foundation
import TestSupport

/// Random layers and networks through everything that computes them, until one is wrong.
@main
struct Convfuzz: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compute random layers and networks in every way there is, against float64.",
    discussion: """
      A case is one layer in every way that computes it, or one network with and without rewrites. The same seed makes the \
      same cases. A case that fails is made smaller, its files are written, and a command that repeats it is printed.
      """)

  @Option(help: "Of the random cases.") var seed = 1
  @Option(help: "Stop after so many seconds.") var seconds = 60.0
  @Option(help: "Stop after so many cases.") var cases = Int.max
  @Option(name: .customLong("case"), help: "Run the case of this number alone.") var single: Int?
  @Option(
    help: ArgumentHelp(
      "Only \(Kind.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "kind"))
  var kind: Kind?
  @Option(help: "Where the files of a case that fails go.") var output = "."

  func run() throws {
    let clock = ContinuousClock()
    let start = clock.now
    var done = 0
    var runs = 0
    var nextReport = 10.0
    func report() {
      let elapsed = (clock.now - start) / .seconds(1)
      print(
        "seed \(seed): \(done) cases, \(runs) runs, \(Int(Double(done) / elapsed)) cases a second")
      fflush(nil)
    }
    let first = single ?? 0
    for number in first..<(single.map { $0 + 1 } ?? cases) {
      let elapsed = (clock.now - start) / .seconds(1)
      if single == nil, elapsed > seconds { break }
      if elapsed > nextReport {
        report()
        nextReport *= 2
      }
      // Every case has a generator of its own, so that one can be repeated alone.
      var random = SplitMix64(seed: seed &* 1_000_000_007 &+ number)
      let kind = kind ?? Kind.random(&random)
      CrashReport.say("convfuzz --seed \(seed) --case \(number) crashes")
      guard
        try kind.check(&random, &runs, folder: output, isAnnounced: single != nil)
      else {
        print("convfuzz --seed \(seed) --case \(number)")
        report()
        throw ExitCode.failure
      }
      done += 1
    }
    report()
  }
}

/// What a case is of.
enum Kind: String, CaseIterable, ExpressibleByArgument {
  case convolution, transposed, pooling, gradient, network

  static func random(_ random: inout SplitMix64) -> Kind {
    switch Int.random(in: 0..<20, using: &random) {
    case 0..<12: .convolution
    case 12..<14: .transposed
    case 14..<16: .pooling
    case 16..<18: .gradient
    default: .network
    }
  }

  /// Whether a random case is right; what is wrong with one that is not is printed.
  ///
  /// - Parameter isAnnounced: whether the case is described first, as one that crashes is not afterwards.
  func check(
    _ random: inout SplitMix64, _ runs: inout Int, folder: String, isAnnounced: Bool
  ) throws -> Bool {
    let fuzz: any FuzzCase =
      switch self {
      case .convolution: ConvolutionFuzz(&random)
      case .transposed: TransposedFuzz(&random)
      case .pooling: PoolingFuzz(&random)
      case .gradient: GradientFuzz(&random)
      case .network: NetworkFuzz(&random)
      }
    if isAnnounced {
      print(fuzz)
      fflush(nil)
    }
    return try fuzz.isRight(&runs, folder: folder)
  }
}
