import CConvolution

/// Calls `body`; where `flushed` says so, with denormals taken for zeros on this thread and on all that share its runs. The
/// thread's floating-point state is what it was afterwards.
package func withDenormals<Failure: Error>(
  flushed: Bool, _ body: () throws(Failure) -> Void
) throws(Failure) {
  guard flushed else { return try body() }
  let state = conv_get_float_state()
  conv_set_float_state(conv_without_denormals(state))
  defer { conv_set_float_state(state) }
  try body()
}
