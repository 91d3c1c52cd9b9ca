extension Identity {
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] { [try scope.input()] }
}

extension CopyOperator {
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] { [try scope.input()] }
}

extension Modulo {
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    guard !truncates, scope.types[0].element != .uint8 else {
      throw scope.unwritable("with the dividend's sign")
    }
    return [try scope.binary("mod", scope.input(0), scope.input(1))]
  }
}

extension Power {
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    let (base, exponent) = (try scope.input(0), try scope.input(1))
    guard base.type.element == .float32 else { throw scope.unwritable("of integers") }
    return [
      try ofOneType.writeCoreML(&scope, [base, scope.cast(exponent, .float32)])
    ]
  }
}
