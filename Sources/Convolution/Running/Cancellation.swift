import CConvolution

/// Whether what a run is for is no longer wanted.
struct Cancellation: Sendable {
  private let flag: AlignedMemory<UInt32>

  /// - Throws: `.outOfMemory`.
  init() throws(ConvolutionError) {
    flag = try AlignedMemory(count: 1, argument: "cancellation")
    flag.buffer.initialize(repeating: 0)
  }

  func cancel() { conv_cancel(flag.buffer.baseAddress) }

  /// Calls `body`, whose runs give up once ``cancel()`` has been called.
  ///
  /// - Throws: what `body` throws; `.cancelled`.
  func watch<Value>(
    _ body: () throws(ConvolutionError) -> Value
  ) throws(ConvolutionError) -> Value {
    try check()
    let before = conv_set_cancellation(flag.buffer.baseAddress)
    defer { _ = conv_set_cancellation(before) }
    let value = try body()
    try check()
    return value
  }

  private func check() throws(ConvolutionError) {
    guard conv_is_cancelled(flag.buffer.baseAddress) else { return }
    throw ConvolutionError(
      .cancelled, argument: "run", received: "a task that was cancelled",
      expected: "one that awaits the result")
  }
}
