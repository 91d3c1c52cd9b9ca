/// Writes elements at the beginning of an array of C, which Swift sees as a tuple.
func assign<CArray, Element: BitwiseCopyable>(_ elements: [Element], to array: inout CArray) {
  withUnsafeMutableBytes(of: &array) { to in elements.withUnsafeBytes { to.copyMemory(from: $0) } }
}
