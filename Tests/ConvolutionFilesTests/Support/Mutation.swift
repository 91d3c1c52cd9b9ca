import TestSupport

/// One change of the kinds that break files.
func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
  guard !bytes.isEmpty else { return }
  // What says where things are lies at the ends more often than in between.
  let ends = [bytes.indices, bytes.indices.prefix(512), bytes.indices.suffix(1024)]
  let place = Int.random(in: ends.randomElement(using: &random)!, using: &random)
  let end = Int.random(in: place...min(place + 64, bytes.count), using: &random)
  switch Int.random(in: 0..<8, using: &random) {
  case 0, 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
  case 2: bytes[place] = .random(in: 0...255, using: &random)
  case 3: bytes.removeSubrange(place...)
  case 4: bytes.removeSubrange(place..<end)
  case 5: bytes.insert(contentsOf: bytes[place..<end], at: place)
  case 6:
    // Something that is right elsewhere.
    let other = Int.random(in: bytes.indices, using: &random)
    let count = min(end - place, bytes.count - other)
    bytes.replaceSubrange(place..<place + count, with: Array(bytes[other..<other + count]))
  default:
    // A size or place of any magnitude.
    let value =
      Int64.random(in: .min ... .max, using: &random) >> Int64.random(in: 0..<64, using: &random)
    let width = [2, 4, 8].randomElement(using: &random)!
    bytes.replaceSubrange(
      place..<min(place + width, bytes.count),
      with: ConvolutionFilesTests.bytes(value).prefix(width))
  }
}
