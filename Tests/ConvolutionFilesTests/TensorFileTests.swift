import Convolution
import ConvolutionFiles
import Testing

/// What frameworks wrote: one model in several formats has the same tensors in each.
struct TensorFileTests {
  @Test(arguments: [
    ("torch_state.pth", TensorFile.Format.torch), ("torch_state_legacy.pth", .torch),
    ("torch_state.safetensors", .safetensors),
  ])
  func oneModelIsTheSameInEveryFormat(name: String, format: TensorFile.Format) throws {
    let expected = try TensorFile(contentsOf: sample("torch_state.npz"))
    let weights = try TensorFile(contentsOf: sample(name))
    #expect(weights.format == format)
    #expect(Set(weights.entries) == Set(expected.entries))
    #expect(weights.entries.count == 16)
    for entry in expected.entries {
      #expect(
        try weights.tensor(named: entry.name) == expected.tensor(named: entry.name), "\(entry.name)"
      )
    }
  }

  #if Zip
    @Test func deflatedArraysAreTheStoredOnes() throws {
      let stored = try TensorFile(contentsOf: sample("torch_state.npz"))
      let deflated = try TensorFile(contentsOf: sample("torch_state_compressed.npz"))
      #expect(deflated.entries == stored.entries)
      for entry in stored.entries {
        #expect(try deflated.tensor(named: entry.name) == stored.tensor(named: entry.name))
      }
    }
  #endif

  @Test func aCheckpointHasItsModelUnderItsKey() throws {
    let state = try TensorFile(contentsOf: sample("torch_state.pth"))
    let checkpoint = try TensorFile(contentsOf: sample("torch_checkpoint.pth"))
    #expect(checkpoint.entries.map(\.name) == state.entries.map { "model.\($0.name)" })
    for entry in state.entries {
      #expect(
        try checkpoint.tensor(named: "model.\(entry.name)") == state.tensor(named: entry.name))
    }
  }

  @Test func halvedFloatsAreTheUpperHalves() throws {
    let whole = try TensorFile(contentsOf: sample("torch_state.safetensors"))
    let halved = try TensorFile(contentsOf: sample("torch_state_bf16.safetensors"))
    for entry in halved.entries where entry.element == .bfloat16 {
      // Rounded to the nearest, the even one of two.
      let expected = try whole.tensor(named: entry.name).elements.map { (x: Float) -> Float in
        let odd = (x.bitPattern >> 16) & 1
        return Float(bitPattern: (x.bitPattern + 0x7FFF + odd) & 0xFFFF_0000)
      }
      #expect(try halved.tensor(named: entry.name).elements == expected, "\(entry.name)")
    }
  }

  @Test func kerasWeightsAreCalledByTheirLayers() throws {
    let new = try TensorFile(contentsOf: sample("keras.weights.h5"))
    let old = try TensorFile(contentsOf: sample("keras_legacy.h5"))
    #expect(new.format == .hdf5)
    #expect(
      old.entries.map(\.name) == [
        "first/kernel", "first/bias", "bn/gamma", "bn/beta", "bn/moving_mean", "bn/moving_variance",
        "strided/kernel", "strided/bias", "depthwise/kernel", "depthwise/bias",
        "separable/depthwise_kernel", "separable/pointwise_kernel", "separable/bias", "up/kernel",
        "up/bias", "dilated/kernel", "dilated/bias",
      ])
    #expect(Set(new.entries.map(\.name)).count == 17)
    for (old, new) in [
      ("first/kernel", "first/0"), ("first/bias", "first/1"), ("bn/moving_variance", "bn/3"),
      ("separable/pointwise_kernel", "separable/1"), ("up/kernel", "up/0"),
    ] {
      #expect(
        try TensorFile(contentsOf: sample("keras_legacy.h5")).tensor(named: old)
          == TensorFile(contentsOf: sample("keras.weights.h5")).tensor(named: new))
    }
    #expect(old.entries[0].shape == [4, 1, 4, 12])
  }

  @Test func aKerasArchiveHasItsWeights() throws {
    let weights = try TensorFile(contentsOf: sample("keras_causal.keras"))
    #expect(weights.format == .keras)
    #expect(
      weights.entries.map(\.name) == [
        "causal1/0", "causal1/1", "causal2/0", "causal2/1", "causal4/0", "causal4/1",
      ])
    #expect(weights.entries[2].shape == [3, 8, 8])
  }

  @Test func aSingleArrayIsCalledAsItsFile() throws {
    try withTemporaryFolder { folder in
      let path = folder.path + "/kernel.npy"
      try Tensor([1, 2], shape: [2]).write(toNPYFile: path)
      let weights = try TensorFile(contentsOf: path)
      #expect(weights.format == .npy)
      #expect(weights.entries == [.init(name: "kernel", shape: [2], element: .float32)])
      #expect(try weights.tensor(named: "kernel").elements == [1, 2])
    }
  }

  @Test func anUnknownNameTellsThoseThatAreLikeIt() throws {
    let path = try sample("torch_state.pth")
    let weights = try TensorFile(contentsOf: path)
    expectError(.invalidValue, "name", ["\"dilated.wieght\"", path, "\"dilated.weight\""]) {
      _ = try weights.tensor(named: "dilated.wieght")
    }
    expectError(.invalidValue, "name", ["\"first.weight\"", "\"first.bias\""]) {
      _ = try weights.tensor(named: "first")
    }
  }

  @Test func otherFilesAreNamed() throws {
    try withTemporaryFolder { folder in
      for (bytes, mention) in [
        ([], "0 bytes"), (Array("GIF89a".utf8), "6 bytes"),
        (ZipBuilder(files: [("a.txt", [1])]).archive, "zip archive"),
        ([UInt8](repeating: 0, count: 257) + Array("ustar".utf8), "2016"),
        (Array("{}".utf8), "weight_map"),
      ] as [([UInt8], String)] {
        let path = try folder.file("x", bytes)
        expectError(.unsupportedFile, path, [mention]) { _ = try TensorFile(contentsOf: path) }
      }
      let gone = folder.path + "/gone"
      expectError(.inputOutput, gone, ["No such file"]) { _ = try TensorFile(contentsOf: gone) }
      expectError(.inputOutput, folder.path, []) { _ = try TensorFile(contentsOf: folder.path) }
    }
  }
}
