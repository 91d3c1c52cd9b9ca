import Convolution
import ConvolutionFiles
import ConvolutionGraph
import Foundation

/// A network on inputs from files: what it takes to have it ready, to run it, and how much memory.
struct ModelBenchmark: Encodable {
  /// Reading the file and planning; together what another library calls making a session.
  let loadMS, planMS: Double
  let medianMS, minMS: Double
  /// Of the process, with its inputs read and before the network is; nil: the system does not tell.
  let residentBytes: Int?
  /// The most that the process ever had in memory; nil: the system does not tell.
  let peakBytes: Int?
  let arenaBytes, leastArenaBytes, tensorBytes: Int
  let layout: String

  private static let leastRuns = 5
  private static let time = Duration.seconds(1)

  /// - Parameters:
  ///   - inputs: a file of floats for each.
  ///   - outputs: those that are to be written, and where.
  init(_ file: String, inputs: [NamedFile], outputs: [NamedFile], planner: Planner) throws {
    var tensors: [String: Tensor] = [:]
    for input in inputs { tensors[input.name] = try Tensor(npyFile: input.path) }
    residentBytes = Self.memory("VmRSS")

    let clock = ContinuousClock()
    var start = clock.now
    let network = try Network(contentsOf: file)
    loadMS = (clock.now - start) / .milliseconds(1)
    start = clock.now
    let plan = try network.plan(inputs: tensors.mapValues(\.shape), with: planner)
    planMS = (clock.now - start) / .milliseconds(1)

    var workspace = try NetworkWorkspace(for: plan)
    let sources = try plan.inputs.map { try Self.memory(for: $0.type) }
    let targets = try plan.outputs.map { try Self.memory(for: $0.type) }
    defer { for bytes in sources + targets { bytes.deallocate() } }
    for (input, bytes) in zip(plan.inputs, sources) {
      guard let tensor = tensors[input.name] else {
        throw Failure("--input: \(input.name) is missing")
      }
      tensor.withUnsafeBufferPointer { bytes.copyMemory(from: UnsafeRawBufferPointer($0)) }
    }
    let given = sources.map { UnsafeRawBufferPointer($0) }
    func run() throws -> Duration {
      try clock.measure { try plan.run(given, into: targets, workspace: &workspace) }
    }
    _ = try run()
    var times: [Duration] = []
    start = clock.now
    while times.count < Self.leastRuns || clock.now - start < Self.time { times.append(try run()) }
    medianMS = Measurement.median(times) / .milliseconds(1)
    minMS = times.min()! / .milliseconds(1)
    peakBytes = Self.memory("VmHWM")
    arenaBytes = plan.arenaBytes
    leastArenaBytes = plan.leastArenaBytes
    tensorBytes = plan.tensorBytes
    layout = plan.layout.description

    for output in outputs {
      guard let index = plan.outputs.firstIndex(where: { $0.name == output.name }) else {
        throw Failure("--output: the network has no \(output.name)")
      }
      let elements = Array(targets[index].bindMemory(to: Float.self))
      try Tensor(elements, shape: plan.outputs[index].type.shape).write(toNPYFile: output.path)
    }
  }

  /// - Throws: for anything but floats.
  private static func memory(for type: TensorType) throws -> UnsafeMutableRawBufferPointer {
    guard type.element == .float32 else { throw Failure("got \(type), expected floats") }
    return .allocate(byteCount: 4 * type.shape.reduce(1, *), alignment: 64)
  }

  /// A line of Linux's account of the process.
  private static func memory(_ name: String) -> Int? {
    let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix("\(name):") }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
      .map { 1024 * $0 }
  }
}

/// `NAME=FILE`: what a network calls a tensor, and where its elements are.
struct NamedFile {
  let name, path: String

  init?(_ word: String) {
    let parts = word.split(separator: "=", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    (name, path) = (String(parts[0]), String(parts[1]))
  }
}
