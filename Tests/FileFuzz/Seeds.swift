import Convolution
import ConvolutionFiles
import Foundation
import PictureFiles
import TestSupport

extension Format {
  /// Inputs are no larger.
  private static let largest = 1 << 16

  /// Writes what the first inputs are: files of the tests, or something small.
  func writeSeeds(to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (number, seed) in try seeds().enumerated() where seed.count <= Self.largest {
      try Data(seed).write(to: URL(filePath: "\(folder)/seed-\(number)"))
    }
  }

  private func seeds() throws -> [[UInt8]] {
    switch self {
    case .npy: try files(".npy") + files(".npz").flatMap { try parts(of: $0, ".npy") }
    case .npz: try files(".npz")
    case .safetensors: try files(".safetensors") + [small]
    case .index: indices
    case .torch: try files(".pth") { !$0.hasSuffix("_legacy.pth") }
    case .pickle: try files("_legacy.pth")
    case .hdf5: try files(".h5") + files(".keras").flatMap { try parts(of: $0, ".h5") }
    case .weights: try files(".keras") + files(".keras").map(stored)
    case .onnx, .network: try files(".onnx")
    case .keras: try files(".keras") + files(".keras").map(stored) + files(".h5")
    case .configuration:
      try Weights.names.enumerated().map { number, name in
        let model = try ZipArchive(contentsOf: Weights.path(name))
        return try model.bytes(of: "config.json")!.array + [UInt8(number)]
      }
    case .descriptors:
      try (files("") { $0.contains("/Layers/") || $0.contains("/Descriptors/") }).flatMap { list in
        list.split(separator: UInt8(ascii: "\n")).compactMap {
          $0.split(separator: UInt8(ascii: " ")).first.map(Array.init)
        }
      }
    case .times: [Array(times.utf8)]
    case .costs:
      InstructionSet.allCases.map {
        let caches = Caches(level1: 1 << 15, level2: 1 << 19, level3: 1 << 25)
        return Array(CostModel.closest(to: $0, caches).description.utf8)
      }
    case .png: try [1, 3, 4].map { try picture(channels: $0, "picture.png") }
    case .jpeg: try [1, 3].map { try picture(channels: $0, "picture.jpg") }
    }
  }

  /// The files beside the input.
  var companions: [String: [UInt8]] {
    get throws {
      switch self {
      case .index: ["a.safetensors": small, "b.npy": try files(".npy")[0]]
      case .onnx, .network: ["weights": [UInt8](repeating: 1, count: 64)]
      case .configuration:
        try Dictionary(
          uniqueKeysWithValues: Weights.names.map {
            ("\($0).keras", try contents(Weights.path($0)))
          })
      default: [:]
      }
    }
  }

  // MARK: - Files

  /// All small files of the tests and benchmarks whose paths end so, in the order of their paths.
  private func files(
    _ suffix: String, where isWanted: (String) -> Bool = { _ in true }
  ) throws -> [[UInt8]] {
    try ["Tests", "Benchmarks/Layers", "Benchmarks/Photographs"].flatMap { root in
      let paths = FileManager.default.enumerator(atPath: root)!.compactMap { $0 as? String }
      return try paths.sorted().map { "\(root)/\($0)" }
        .filter { $0.hasSuffix(suffix) && !$0.contains("/.") && isWanted($0) }
        .filter {
          let attributes = try FileManager.default.attributesOfItem(atPath: $0)
          return attributes[.type] as? FileAttributeType == .typeRegular
            && (attributes[.size] as! Int) <= Self.largest
        }
        .map(contents)
    }
  }

  private func contents(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path)))
  }

  /// The files of an archive whose names end so.
  private func parts(of archive: [UInt8], _ suffix: String) throws -> [[UInt8]] {
    let archive = try ZipArchive(FileBytes(archive, name: "seed"))
    return try archive.entries.filter { $0.name.hasSuffix(suffix) }
      .map { try archive.bytes(of: $0).array }
  }

  /// The archive without compression: a change of what is deflated is seldom one of what it stands for.
  private func stored(_ archive: [UInt8]) throws -> [UInt8] {
    let archive = try ZipArchive(FileBytes(archive, name: "seed"))
    return storedArchive(
      try archive.entries.map { ($0.name, try archive.bytes(of: $0).array) })
  }

  // MARK: - Something small

  private var small: [UInt8] {
    let header = #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#
    return [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + header.utf8
      + [UInt8](repeating: 1, count: 8)
  }

  private var indices: [[UInt8]] {
    [
      #"{"metadata":{"total_size":8},"weight_map":{"w":"a.safetensors"}}"#,
      #"{"weight_map":{"w":"a.safetensors","b":"b.npy","i":"input"}}"#,
    ].map { Array($0.utf8) }
  }

  private var times: String {
    """
    # What was measured.
    mb1_ic64ih56_oc64oh56_kh3 nhwc avx512 F(4x4,3x3)=466.1us dense_channels_last=1330.0us
    g32mb1_ic32ih8iw9_oc64oh4ow5_kh3kw5sh2sw2dh1dw1 nchw avx2 planar=12.5us
    mb1_ic8id8_oc8od8_kd3 nchw scalar general=7us

    """
  }

  /// A picture as the command writes it.
  private func picture(channels: Int, _ name: String) throws -> [UInt8] {
    let count = 24 * 17 * channels
    let picture = Picture(
      width: 24, height: 17, channels: channels, samples: (0..<count).map { UInt8($0 * 7 & 255) })
    let file = FileManager.default.temporaryDirectory.appending(path: name)
    defer { try? FileManager.default.removeItem(at: file) }
    try picture.write(to: file.path)
    return try contents(file.path)
  }
}
