import ArgumentParser
import Convolution
import ConvolutionGraph
import ConvolutionOptions
import Foundation
import PictureFiles

extension Run {
  /// Runs the pictures of a folder one after the other. Outputs get their names, in folders that are made where there are
  /// none.
  ///
  /// - Parameter folder: one of the inputs; the others are the same for all pictures.
  func run(
    _ session: inout NetworkSession, _ inputs: [NamedFile], pictures folder: NamedFile,
    _ outputs: [NamedFile], _ words: [String]?
  ) throws {
    guard !profile, profileHTML == nil else {
      throw ValidationError("--profile: got a folder of pictures, expected one")
    }
    func stem(_ name: String) -> String {
      URL(filePath: name).deletingPathExtension().lastPathComponent
    }
    guard tile == nil else {
      throw ValidationError("--tile: got a folder of pictures, expected one")
    }
    guard !outputs.isEmpty || classes.top != nil else {
      throw ValidationError("--output: got nothing, expected a folder, or --top")
    }
    for output in outputs where output.isTensor || (try? PictureFormat(path: output.path)) != nil {
      throw ValidationError(
        "--output: got \"\(output.path)\", expected a folder, as the input is one")
    }
    let names = try folder.pictureNames()
    guard outputs.isEmpty || Set(names.map(stem)).count == names.count else {
      throw ValidationError(
        "\(folder.path): got pictures of one name, expected names that differ without their endings"
      )
    }
    for output in outputs {
      try FileManager.default.createDirectory(
        at: URL(filePath: output.path), withIntermediateDirectories: true)
    }
    let reader = InputReader(network: session.network, pictures: pictures)
    var tensors = try reader.tensors(inputs.filter { $0.name != folder.name })
    var (bar, time) = (ProgressBar(steps: names.count), Duration.zero)
    defer { bar.clear() }
    for name in names {
      bar.step(name)
      tensors[folder.name] = try reader.tensor(folder.inside(name))
      let plan = try session.plan(for: tensors)
      let clock = ContinuousClock()
      let start = clock.now
      let results = try plan.run(tensors)
      time += clock.now - start
      for output in outputs {
        try OutputFile(output.inside("\(stem(name)).png"), pictures)
          .write(results, preferring: reader.layout)
      }
      if let table = try classes.table(
        of: plan.outputs.map { ($0.name, results[$0.name]!) }, words: words)
      {
        bar.clear()
        print("\(name)\n\(table)")
      }
    }
    bar.clear()
    print("\(model): \(counted(names.count, "picture")), \((time / names.count).milliseconds) each")
  }
}

extension NamedFile {
  var isFolder: Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  /// For the same input or output, a file of this folder.
  func inside(_ file: String) -> NamedFile {
    NamedFile(name: name, path: URL(filePath: path).appending(path: file).path)
  }

  /// The names of a folder's pictures, in order.
  ///
  /// - Throws: for a folder without one.
  fileprivate func pictureNames() throws -> [String] {
    let names = try FileManager.default.contentsOfDirectory(atPath: path)
      .filter { (try? PictureFormat(path: $0)) != nil }.sorted()
    guard !names.isEmpty else {
      throw ValidationError("\(path): got a folder without pictures, expected PNG or JPEG files")
    }
    return names
  }
}
