extension Comparison {
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    var (a, b) = (try scope.input(0), try scope.input(1))
    if let secondInputAxis {
      let behind = a.rank - (try a.shape.axis(secondInputAxis)) - b.rank
      b = try scope.reshaped(b, b.shape + Array(repeating: 1, count: max(behind, 0)))
    }
    if !kind.isOfBools, a.type.element == .bool {
      (a, b) = (try scope.cast(a, .int32), try scope.cast(b, .int32))
    }
    let type =
      switch kind {
      case .equal: "equal"
      case .greater: "greater"
      case .greaterOrEqual: "greater_equal"
      case .less: "less"
      case .lessOrEqual: "less_equal"
      case .and: "logical_and"
      case .or: "logical_or"
      case .xor: "logical_xor"
      }
    return [try scope.binary(type, a, b, .bool)]
  }
}

extension ElementTest {
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    guard case .not = kind else { throw scope.unwritable() }
    return [try scope.unary("logical_not", scope.input())]
  }
}

extension Selection {
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    [try scope.selected(scope.input(0), scope.input(1), scope.input(2))]
  }
}

extension Cast {
  /// Integers of any width are those of 32 bits.
  func writeCoreML(_ scope: inout MLScope) throws(NetworkError) -> [MLValue] {
    let (x, type) = (try scope.input(), scope.types[0])
    guard type.element != .uint8 || x.type.element != .float32 else {
      throw scope.unwritable("to uint8")
    }
    guard type.element == .bool, x.type.element != .bool else {
      return [try scope.cast(x, scope.type().element)]
    }
    return [try scope.binary("not_equal", x, scope.number(0, like: x.type), .bool)]
  }
}
