extension Plan {
  /// Computes a new tensor on threads outside Swift's cooperative pool, which stays free. At most as many such runs as
  /// the machine has cores compute at once; others wait their turn without a thread.
  ///
  /// Where the Swift task that awaits it is cancelled, a run that waits never begins, and one that computes stops when each
  /// of its threads has done what it is at.
  /// - Throws: as ``run(_:residual:)``; `.cancelled`.
  public func runInBackground(
    _ x: Tensor, residual: Tensor? = nil
  ) async throws(ConvolutionError) -> Tensor {
    let cancellation = try Cancellation()
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        BackgroundRuns.shared.add {
          continuation.resume(
            returning: Result { () throws(ConvolutionError) in
              try cancellation.watch { () throws(ConvolutionError) in
                try run(x, residual: residual)
              }
            })
        }
      }
    } onCancel: {
      cancellation.cancel()
    }
    return try result.get()
  }
}
