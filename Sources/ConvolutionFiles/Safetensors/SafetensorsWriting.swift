import Convolution

/// What a safetensors file of some tensors begins with: their elements follow, one tensor right behind the other.
///
/// Source: the description of the format in huggingface/safetensors.
/// - Parameter tensors: of elements that the format has a word for.
package func safetensorsHeader(of tensors: [TensorFile.Entry]) -> [UInt8] {
  var place = 0
  let fields = tensors.map { tensor in
    let start = place
    place += tensor.shape.reduce(tensor.element.size!, *)
    let shape = tensor.shape.map(String.init).joined(separator: ",")
    let word = SafetensorsHeader.word(for: tensor.element)!
    return
      "\(quoted(tensor.name)):{\"dtype\":\"\(word)\",\"shape\":[\(shape)],\"data_offsets\":[\(start),\(place)]}"
  }
  var text = Array("{\(fields.joined(separator: ","))}".utf8)
  // Elements begin where the widest ones may lie.
  while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
  return withUnsafeBytes(of: UInt64(text.count).littleEndian, Array.init) + text
}

/// A string of JSON.
private func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"", "\\": result += "\\\(scalar)"
    case "\u{0}"..<" ":
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
