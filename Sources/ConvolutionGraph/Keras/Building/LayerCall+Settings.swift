extension LayerCall {
  mutating func bool(_ name: String, default value: Bool) -> Bool {
    guard let json = setting(name), !json.isNull else { return value }
    // Old files have numbers.
    if let bool = json.bool ?? json.integer.map({ $0 != 0 }) { return bool }
    reject("setting \(name) \(json)")
    return value
  }

  /// nil: not there, or nothing.
  mutating func integer(_ name: String) -> Int? {
    guard let json = setting(name), !json.isNull else { return nil }
    if let integer = json.integer { return integer }
    reject("setting \(name) \(json)")
    return nil
  }

  mutating func float(_ name: String, default value: Float) -> Float {
    guard let json = setting(name), !json.isNull else { return value }
    if let number = json.scalar { return Float(number) }
    reject("setting \(name) \(json)")
    return value
  }

  /// nil: not there, or nothing.
  mutating func optionalFloat(_ name: String) -> Float? {
    guard let json = setting(name), !json.isNull else { return nil }
    if let number = json.scalar { return Float(number) }
    reject("setting \(name) \(json)")
    return nil
  }

  mutating func string(_ name: String, default value: String) -> String {
    guard let json = setting(name), !json.isNull else { return value }
    if let string = json.string { return string }
    reject("setting \(name) \(json)")
    return value
  }

  /// One of the words that an enumeration has; another one is rejected.
  mutating func word<Word: RawRepresentable>(_ name: String, default value: Word) -> Word
  where Word.RawValue == String {
    let text = string(name, default: value.rawValue)
    if let word = Word(rawValue: text.lowercased()) { return word }
    reject("setting \(name) \"\(text)\"")
    return value
  }

  /// One number, or several; nil: not there, or nothing.
  mutating func integers(_ name: String) -> [Int]? {
    guard let json = setting(name), !json.isNull else { return nil }
    if let integer = json.integer { return [integer] }
    let values = json.array?.compactMap(\.integer)
    if let values, values.count == json.array?.count { return values }
    reject("setting \(name) \(json)")
    return nil
  }

  /// A number for each of some axes; a single one is that of all.
  mutating func perAxis(_ name: String, _ count: Int, default value: Int) -> [Int] {
    optionalPerAxis(name, count) ?? Array(repeating: value, count: count)
  }

  /// The same; nil: not there, or nothing.
  mutating func optionalPerAxis(_ name: String, _ count: Int) -> [Int]? {
    guard let values = integers(name) else { return nil }
    if values.count == 1 { return Array(repeating: values[0], count: count) }
    guard values.count == count else {
      reject("setting \(name) \(values), which are not \(count)")
      return nil
    }
    return values
  }

  /// Numbers of the two ends of an axis.
  struct Ends {
    let before, after: Int
  }

  /// Two numbers for each of some axes, of its two ends: one for all, one an axis, or all of them.
  mutating func perEnd(_ name: String, _ count: Int, default value: Int) -> [Ends] {
    let usual = Array(repeating: Ends(before: value, after: value), count: count)
    guard let json = setting(name), !json.isNull else { return usual }
    func isAmount(_ integer: Int) -> Bool { (0...Int(Int32.max)).contains(integer) }
    if let integer = json.integer, isAmount(integer) {
      return Array(repeating: Ends(before: integer, after: integer), count: count)
    }
    let list = json.array ?? []
    if count == 1, list.count == 2, let before = list[0].integer, let after = list[1].integer,
      isAmount(before), isAmount(after)
    {
      return [Ends(before: before, after: after)]
    }
    let pairs = list.compactMap { item -> Ends? in
      let ends = item.integer.map { [$0, $0] } ?? item.array?.compactMap(\.integer) ?? []
      return ends.count == 2 && ends.allSatisfy(isAmount)
        ? Ends(before: ends[0], after: ends[1]) : nil
    }
    guard pairs.count == count, list.count == count else {
      reject("setting \(name) \(json)")
      return usual
    }
    return pairs
  }

  /// Numbers in nested lists, and their shape; nil: not there, or nothing.
  mutating func tensor(_ name: String) -> NetworkTensor? {
    guard let json = setting(name), !json.isNull else { return nil }
    var shape: [Int] = []
    var numbers: [Double] = []
    if (json.plain ?? json).collect(into: &numbers, shape: &shape, depth: 0),
      let tensor = try? NetworkTensor(numbers.map(Float.init), shape: shape)
    {
      return tensor
    }
    reject("setting \(name) \(json)")
    return nil
  }
}

extension JSON {
  /// What lies in one of Keras's objects for NumPy's values and tensors; nil where it is none.
  var plain: JSON? {
    guard let name = self["class_name"]?.string,
      ["__numpy__", "__tensor__", "__ndarray__"].contains(name)
    else { return nil }
    return self["config"]?["value"]
  }

  /// A number, also one of NumPy's.
  var scalar: Double? {
    if let number { return number }
    if let value = plain ?? self["value"] { return value.scalar }
    guard let array, array.count == 1 else { return nil }
    return array[0].number
  }

  /// Adds the numbers of nested lists that all have one shape; false where that is not what they are.
  fileprivate func collect(into numbers: inout [Double], shape: inout [Int], depth: Int) -> Bool {
    if let number {
      numbers.append(number)
      return depth == shape.count
    }
    guard let array, !array.isEmpty, depth < 8 else { return false }
    if depth == shape.count, numbers.isEmpty { shape.append(array.count) }
    guard depth < shape.count, shape[depth] == array.count else { return false }
    for item in array {
      guard item.collect(into: &numbers, shape: &shape, depth: depth + 1) else { return false }
    }
    return true
  }
}
