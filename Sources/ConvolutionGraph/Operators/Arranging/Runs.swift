// Parts of a tensor that lie one behind the other.

extension TensorType {
  /// Whether parts along an axis are runs of bytes: every axis before it has one element.
  func isOneRun(before axis: Int) -> Bool { shape[..<axis].allSatisfy { $0 == 1 } }
}

extension [Int] {
  /// Of each element, the sum of all before it.
  var runningTotals: [Int] {
    var total = 0
    return map { element in
      defer { total += element }
      return total
    }
  }
}
