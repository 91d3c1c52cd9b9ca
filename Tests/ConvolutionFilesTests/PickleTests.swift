import Convolution
import ConvolutionFiles
import Foundation
import Testing

private typealias P = PickleBuilder

/// Nothing in a pickle is ever executed: what asks for a name that is not PyTorch's own for tensors is an error that tells it.
struct PickleTests {
  /// Expects both forms of a file with `value` to be refused.
  private func expectRefused(
    _ value: [UInt8], _ mentions: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try withTemporaryFolder { folder in
      let new = try folder.file("new.pth", P.archive(value))
      expectError(
        .unsupportedFile, "\(new), archive/data.pkl", mentions, sourceLocation: sourceLocation
      ) {
        _ = try TensorFile(contentsOf: new)
      }
      for bytes in [P.legacy(value, storages: []), P.pickle(value)] {
        let old = try folder.file("old.pth", bytes)
        expectError(.unsupportedFile, old, mentions, sourceLocation: sourceLocation) {
          _ = try TensorFile(contentsOf: old)
        }
      }
    }
  }

  @Test func everyWayToCallSomethingIsRefusedByName() throws {
    let mark = FileManager.default.temporaryDirectory.appending(
      path: "PickleTests-\(UUID().uuidString)"
    ).path
    let command = P.text("touch \(mark)")
    let system = P.global("os", "system")
    let evaluation = P.global("builtins", "eval")
    let cases: [(value: [UInt8], name: String)] = [
      // REDUCE, NEWOBJ, NEWOBJ_EX, OBJ, INST.
      (system + P.tuple(command) + [0x52], "os.system"),
      (P.global("posix", "system") + P.tuple(command) + [0x52], "posix.system"),
      (evaluation + P.tuple(command) + [0x52], "builtins.eval"),
      (P.global("__builtin__", "exec") + P.tuple(command) + [0x52], "__builtin__.exec"),
      (system + P.tuple(command) + [0x81], "os.system"),
      (system + P.tuple(command) + [0x7D, 0x92], "os.system"),
      ([0x28] + system + command + [0x6F], "os.system"),
      ([0x28] + command + Array("ios\nsystem\n".utf8), "os.system"),
      // STACK_GLOBAL, with names that only the stack knows.
      (
        P.text("subprocess") + P.text("Popen") + [0x93] + P.tuple(command) + [0x52],
        "subprocess.Popen"
      ),
      (P.text("builtins") + P.text("getattr") + [0x93], "builtins.getattr"),
      // Names that go on from allowed ones.
      (P.global("torch", "load"), "torch.load"), (P.global("torch.hub", "load"), "torch.hub.load"),
      (P.global("torch.storage", "_load_from_bytes"), "torch.storage._load_from_bytes"),
      (P.global("collections", "OrderedDict.fromkeys"), "collections.OrderedDict.fromkeys"),
      (
        P.global("torch._utils", "_rebuild_tensor_v2.__globals__"), "_rebuild_tensor_v2.__globals__"
      ),
      (P.global("numpy", "load"), "numpy.load"), (P.global("__main__", "Net"), "__main__.Net"),
      (P.global("torch.nn.modules.conv", "Conv2d"), "whole model"),
      (P.global("__torch__.Net", "Net"), "TorchScript"),
    ]
    for (value, name) in cases {
      try expectRefused(value, [name])
      // Also within something that is right.
      try expectRefused(P.dictionary(("w", value)), [name])
    }
    #expect(!FileManager.default.fileExists(atPath: mark))
  }

  @Test func pickleOfTheFirstProtocolIsRefusedByName() throws {
    try withTemporaryFolder { folder in
      let path = try folder.file("x.pth", Array("cos\nsystem\n(S'true'\ntR.".utf8))
      expectError(.unsupportedFile, path, ["os.system"]) { _ = try TensorFile(contentsOf: path) }
    }
  }

  @Test(
    arguments: [
      // Extension codes, persistent names of odd content, buffers.
      ([0x82, 1], "by number"), ([0x83, 1, 0], "by number"), ([0x84, 1, 0, 0, 0], "by number"),
      (Array("Pname\n".utf8), "name"), (P.text("x") + [0x51], "\"x\""),
      (P.tuple() + [0x51], "nothing"),
      (
        P.tuple(P.text("module"), P.text("a"), P.text("b"), P.text("c"), P.text("d")) + [0x51],
        "module"
      ),
      (
        P.tuple(P.text("storage"), P.text("a"), P.text("b"), P.text("c"), P.text("d")) + [0x51],
        "storage"
      ),
      ([0x97], "buffer"), ([0x98], "buffer"),
      // A state, items or a call of something that has none.
      (P.text("a") + P.dictionary() + [0x62], "state"),
      (P.text("a") + P.text("b") + [0x61], "appended"),
      (P.text("a") + P.text("b") + P.text("c") + [0x73], "keys"),
      (P.text("a") + P.tuple() + [0x52], "called"),
      (P.global("torch", "FloatStorage") + P.tuple() + [0x52], "called"),
      (P.global("torch._utils", "_rebuild_tensor_v2") + P.tuple() + [0x52], "arguments"),
      (P.global("torch._utils", "_rebuild_tensor_v2") + P.tuple(P.text("a")) + [0x52], "storage"),
      (P.tensor(P.storage("FloatStorage", "0", 1), [1], strides: []), "strides"),
      (P.tensor(P.storage("FloatStorage", "0", 1), [-1], strides: [1]), "size"),
      (P.tensor(P.storage("FloatStorage", "0", 1), offset: -1, [1], strides: [1]), "shape"),
      (P.tensor(P.storage("FloatStorage", "0", -1), [1], strides: [1]), "storage"),
      // Underflows, marks and memos that are not there.
      ([], "more than there is"), ([0x30], "more than there is"), ([0x74], "more than there is"),
      ([0x28, 0x61], "more than there is"), ([0x68, 7], "remembers"),
      ([0x6A, 0xFF, 0xFF, 0xFF, 0xFF], "remembers"),
      ([0x80, 9], "protocol 9"), ([0xFF], "instruction 255"),
    ] as [([UInt8], String)])
  func whatMakesNoTensorIsAnError(value: [UInt8], mention: String) throws {
    try expectRefused(value, [mention])
  }

  @Test func loopsAndBombsEnd() throws {
    // A list in itself, by the memo; a chain of tuples; lists of lists that double; marks without end.
    let loop: [UInt8] = [0x5D, 0x71, 0, 0x68, 0, 0x61]
    let doubled: [UInt8] =
      [0x5D, 0x71, 0]
      + (1..<64).flatMap { level -> [UInt8] in
        [0x5D, 0x71, UInt8(level), 0x28]
          + (0..<40).flatMap { _ in [0x68, UInt8(level - 1)] as [UInt8] } + [0x65]
      }
    let chained = [0x4E] + [UInt8](repeating: 0x85, count: 1 << 20)
    let marks = [UInt8](repeating: 0x28, count: 1 << 20)
    let nothings = [UInt8](repeating: 0x4E, count: 1 << 20)
    for value in [loop, doubled, chained, marks, nothings] {
      try withTemporaryFolder { folder in
        let path = try folder.file("x.pth", P.archive(value))
        expectError(.unsupportedFile, "\(path), archive/data.pkl", []) {
          _ = try TensorFile(contentsOf: path)
        }
      }
    }
  }

  @Test func whatCheckpointsHoldBesidesIsPassedOver() throws {
    let scalar =
      P.global("numpy.core.multiarray", "scalar")
      + P.tuple(
        P.global("numpy", "dtype") + P.tuple(P.text("f8"), [0x89], [0x88]) + [0x52], P.text("x"))
      + [0x52]
    let value = P.dictionary(
      ("best", scalar), ("set", P.global("__builtin__", "set") + P.tuple([0x5D]) + [0x52]),
      ("none", [0x4E]),
      ("large", [0x8A, 11] + [UInt8](repeating: 7, count: 11)), ("float", Array("F1.5\n".utf8)),
      ("type", P.global("torch", "float16")),
      ("device", P.global("torch", "device") + P.tuple(P.text("cpu")) + [0x52]),
      ("w", P.tensor(P.storage("FloatStorage", "0", 1), [1], strides: [1])))
    try withTemporaryFolder { folder in
      let path = try folder.file("x.pth", P.archive(value, storages: ["0": bytes([1])]))
      #expect(try TensorFile(contentsOf: path).entries.map(\.name) == ["w"])
    }
  }
}
