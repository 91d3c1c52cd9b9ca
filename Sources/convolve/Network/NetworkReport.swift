import Convolution
import ConvolutionGraph

/// What loading, planning and the steps of a run took.
struct NetworkReport {
  let path: String
  let plan: NetworkPlan
  let loadingTime, planningTime: Duration
  /// Of each step of the plan's summary, or of the whole run.
  let nanoseconds: [Double]

  init(_ session: NetworkSession, _ plan: NetworkPlan, nanoseconds: [Double]) {
    path = session.path
    self.plan = plan
    loadingTime = session.loadingTime
    planningTime = session.planningTime
    self.nanoseconds = nanoseconds
  }

  struct Row {
    let step: NetworkPlan.StepSummary
    let nanoseconds: Double
    /// Of the whole run, in percent.
    let share: Double

    var microseconds: String { (nanoseconds / 1e3).rounded(to: 1) }
    /// GFLOP/s; empty where memory is all that is worked on.
    var speed: String {
      step.floatingPointOperations == 0
        ? "" : (Double(step.floatingPointOperations) / nanoseconds).rounded(to: 1)
    }
    var kilobytes: String { (Double(step.bytes) / 1e3).rounded(to: 1) }
  }

  var total: Double { nanoseconds.reduce(0, +) }

  var rows: [Row] {
    zip(plan.summary, nanoseconds).map {
      Row(step: $0, nanoseconds: $1, share: total > 0 ? 100 * $1 / total : 0)
    }
  }

  /// GFLOP/s of the whole run.
  var speed: String {
    let operations = plan.summary.reduce(0) { $0 + Double($1.floatingPointOperations) }
    return (total > 0 ? operations / total : 0).rounded(to: 1)
  }

  /// `arena 1.2 MB, tensors 3.4 MB`
  var memory: String {
    "arena \(Self.megabytes(plan.arenaBytes)), all tensors \(Self.megabytes(plan.tensorBytes))"
  }

  private static func megabytes(_ bytes: Int) -> String { "\((Double(bytes) / 1e6).rounded(to: 2)) MB" }

  var times: String {
    "loaded in \(loadingTime.milliseconds), planned in \(planningTime.milliseconds)"
  }

  var machine: String {
    "\(counted(plan.threads, "thread")), \(plan.layout) between steps"
  }

  /// A row a step, and a total.
  var table: String {
    let header = ["us", "%", "GFLOP/s", "kB", "operation", "algorithm", "output", "node"]
    let lines = rows.map { row in
      [
        row.microseconds, row.share.rounded(to: 1), row.speed, row.kilobytes, row.step.operation,
        row.step.algorithm, "\(row.step.outputType)", row.step.node,
      ]
    }
    let sum = [
      (total / 1e3).rounded(to: 1), "100.0", speed, "",
      "total of \(counted(rows.count, "step"))",
    ]
    return convolve.table([header] + lines + [sum]) + "\n\(memory)"
  }
}
