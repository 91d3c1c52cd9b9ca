/// Those of `names` that are most like `name`, the nearest first.
func nearest(_ name: String, among names: [String], count: Int) -> [String] {
  // What has the name within it is nearer than what is merely spelt alike.
  let wanted = Array(name.lowercased().utf8.prefix(200))
  func distance(_ other: String) -> Int {
    let other = other.lowercased()
    return other.contains(name.lowercased())
      ? 0 : editDistance(wanted, Array(other.utf8.prefix(200)))
  }
  return names.map { (distance($0), $0) }.sorted { $0 < $1 }.prefix(count).map(\.1)
}

/// How many letters must be put in, left out or changed (Levenshtein).
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var row = Array(0...b.count)
  for (i, letter) in a.enumerated() {
    var diagonal = i
    row[0] = i + 1
    for (j, other) in b.enumerated() {
      let change = diagonal + (letter == other ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(change, row[j] + 1, diagonal + 1)
    }
  }
  return row[b.count]
}
