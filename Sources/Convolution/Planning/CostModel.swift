import CConvolution

/// What work takes on a kind of machine: nanoseconds for each term of it, a row a kernel family, and what a team of
/// threads takes besides. `convbench --fit` measures one; as text it is a readable file.
///
/// Kernels say what work a layer would be for them (multiply-adds, samples looked up, bytes moved from beyond each cache
/// and so on), the model says how long that takes, and a planner takes the way that takes least.
public struct CostModel: Sendable {
  /// Where it was measured.
  public var machine: String
  public var instructionSet: InstructionSet
  public var caches: Caches
  /// Nanoseconds of one unit of each term of ``terms``, by kernel family.
  @_spi(Tools) public var coefficients: [String: [Double]]
  @_spi(Tools) public var team: Team

  /// What threads cost besides their tasks.
  @_spi(Tools) public struct Team: Sendable {
    /// Setting two threads to work and waiting for the last, both of them awake; and what every doubling of their number
    /// adds. Nanoseconds.
    public var pair, doubling: Double
    /// On a shared machine one thread lags, and the others wait for this share of its task.
    public var lag: Double

    public init(pair: Double, doubling: Double, lag: Double) {
      self.pair = pair
      self.doubling = doubling
      self.lag = lag
    }
  }

  @_spi(Tools) public init(
    machine: String, instructionSet: InstructionSet, caches: Caches,
    coefficients: [String: [Double]], team: Team
  ) {
    self.machine = machine
    self.instructionSet = instructionSet
    self.caches = caches
    self.coefficients = coefficients
    self.team = team
  }

  /// The names of the terms of work.
  @_spi(Tools) public static let terms = (0..<CONV_TERM_COUNT.rawValue).map {
    String(cString: conv_term_name(conv_term(rawValue: $0)))
  }

  /// What handing work to so many threads takes, in nanoseconds.
  func teamTime(_ threads: Int) -> Double {
    threads == 1 ? 0 : team.pair + team.doubling * Double(Double(threads).exponent - 1)
  }

  /// The nanoseconds of each term of a kernel's work. A family that was not measured is taken only where no other is.
  func row(for kernel: Kernel) -> [Double] {
    coefficients[kernel.family] ?? Array(repeating: 1e6, count: Self.terms.count)
  }

  /// The closest of the library's models: of the instruction set, then of the most similar caches.
  public static func closest(to instructionSet: InstructionSet, _ caches: Caches) -> CostModel {
    func distance(_ a: Int, _ b: Int) -> Double { Double(max(a, b)) / Double(max(min(a, b), 1)) }
    let ofTheSet = shipped.filter { $0.instructionSet == instructionSet }
    return (ofTheSet.isEmpty ? shipped : ofTheSet).min { a, b in
      let (aLevel2, bLevel2) = (
        distance(a.caches.level2, caches.level2), distance(b.caches.level2, caches.level2)
      )
      return aLevel2 == bLevel2
        ? distance(a.caches.level3, caches.level3) < distance(b.caches.level3, caches.level3)
        : aLevel2 < bLevel2
    }!
  }
}

extension conv_work {
  @_spi(Tools) public var counts: [Double] {
    withUnsafeBytes(of: count) { Array($0.assumingMemoryBound(to: Double.self)) }
  }

  /// What it takes where each unit of a term takes so many nanoseconds.
  func time(_ row: [Double]) -> Double {
    withUnsafeBytes(of: count) { counts in
      let counts = counts.assumingMemoryBound(to: Double.self)
      return row.indices.reduce(0) { $0 + row[$1] * counts[$1] }
    }
  }
}
