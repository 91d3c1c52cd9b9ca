import ArgumentParser

/// A file of the command line for an input or output of a network: `name=path`, or the path alone where there is one name.
struct NamedFile {
  let name, path: String

  /// - Parameters:
  ///   - option: what errors call it: `--input`.
  ///   - names: those that the network has.
  init(_ word: String, option: String, among names: [String]) throws {
    // A name may have a = in it: the longest one that fits.
    if let name = names.filter({ word.hasPrefix($0 + "=") }).max(by: { $0.count < $1.count }) {
      self.init(name: name, path: String(word.dropFirst(name.count + 1)))
    } else if names.count == 1, !word.contains("=") {
      self.init(name: names[0], path: word)
    } else {
      throw ValidationError(
        "\(option): got \"\(word)\", expected \(names.map { "\"\($0)=file\"" }.joined(separator: " or "))")
    }
  }

  init(name: String, path: String) {
    self.name = name
    self.path = path
  }

  /// All words of an option.
  ///
  /// - Throws: also for a name that comes twice.
  static func all(
    _ words: [String], option: String, among names: [String]
  ) throws -> [NamedFile] {
    var files: [NamedFile] = []
    for word in words {
      let file = try NamedFile(word, option: option, among: names)
      guard !files.contains(where: { $0.name == file.name }) else {
        throw ValidationError("\(option): got two files for \"\(file.name)\", expected one")
      }
      files.append(file)
    }
    return files
  }

  var isTensor: Bool { path.lowercased().hasSuffix(".npy") }
}
