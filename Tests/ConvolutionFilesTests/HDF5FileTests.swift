import Convolution
import ConvolutionFiles
import Testing

/// Files that h5py wrote, as Keras uses it.
struct HDF5FileTests {
  @Test func groupsAttributesAndDatasetsAreRead() throws {
    let file = try HDF5File(contentsOf: sample("keras_legacy.h5"))
    #expect(try file.root.names() == ["model_weights"])
    #expect(try file.root.attribute("keras_version")?.text == "3.15.1")
    #expect(try file.root.attribute("backend") == .texts(["torch"]))
    #expect(try file.root.attribute("nothing") == nil)
    let configuration = try #require(try file.root.attribute("model_config")?.text)
    #expect(configuration.hasPrefix("{\"class_name\"") && configuration.hasSuffix("}"))

    let layer = try #require(try file.object(at: "model_weights/first"))
    #expect(layer.path == "model_weights/first")
    #expect(try layer.dataset() == nil)
    #expect(try layer.texts("weight_names") == ["first/kernel", "first/bias"])
    // An empty list of names has no type of texts.
    #expect(try file.object(at: "model_weights/re_lu")?.attribute("weight_names") == .numbers([]))
    #expect(try file.object(at: "model_weights/gone/kernel") == nil)

    let dataset = try #require(try file.object(at: "/model_weights/first/first/kernel")?.dataset())
    #expect(dataset.shape == [4, 1, 4, 12])
    #expect(dataset.element == .float32)
    #expect(try dataset.tensor().count == 192)
    #expect(try file.datasets().count == 17)
  }

  /// Of the latest format, where many links or attributes lie in a heap and trees of more than one level.
  @Test func manyLinksAndAttributesAreRead() throws {
    let file = try HDF5File(contentsOf: sample("h5py_latest.h5"))
    let numbers = (0..<60).map { $0 < 10 ? "0\($0)" : "\($0)" }
    let group = try #require(try file.object(at: "many"))
    #expect(try group.names().sorted() == numbers.map { "link \($0)" })
    for (index, number) in numbers.enumerated() {
      let object = try #require(try file.object(at: "many/link \(number)"))
      #expect(try object.attribute("attribute \(number)")?.text == "text \(index)")
    }
    let tensor = try #require(try file.object(at: "many/link 59")?.dataset()).tensor()
    #expect(tensor.shape == [2, 3])
    #expect(tensor.elements == [0, 1, 2, 3, 4, 5])
  }

  @Test func aFileMayLieInAnother() throws {
    let archive = try ZipArchive(contentsOf: sample("keras_causal.keras"))
    let file = try HDF5File(#require(try archive.bytes(of: "model.weights.h5")))
    #expect(try file.object(at: "layers")?.names().count == 4)
  }

  @Test func aFileMayBeginBehindSomethingElse() throws {
    let whole = try FileBytes(contentsOf: sample("keras.weights.h5")).array
    let file = try HDF5File(FileBytes([UInt8](repeating: 7, count: 2048) + whole, name: "x"))
    #expect(try file.datasets().count == 17)
  }

  @Test func truncationsAreErrors() throws {
    let whole = try FileBytes(contentsOf: sample("keras.weights.h5")).array
    for count in stride(from: 0, to: whole.count, by: 997) {
      #expect(throws: ConvolutionError.self) {
        for (_, dataset) in try HDF5File(FileBytes(Array(whole.prefix(count)), name: "x"))
          .datasets()
        {
          _ = try dataset.tensor()
        }
      }
    }
  }

  @Test func aFileOfNewerHDF5IsRead() throws {
    let file = try TensorFile(contentsOf: sample("hdf5_new.h5"))
    func values(_ name: String) throws -> [Float] { Array(try file.tensor(named: name).elements) }
    // Groups and attributes in heaps.
    #expect(file.entries.count == 17)
    #expect(try values("many/d11") == [11, 11])
    #expect(try values("single") == (0..<12).map(Float.init))
    #expect(try values("row") == (0..<20).map(Float.init))
    #expect(try values("compact") == [1, -2, 3])
    #expect(try values("truth") == [1, 0, 1])
    #expect(try values("scalar") == [2.5])
  }

  // MARK: Chunks

  /// Of 5 x 7 numbers in chunks of 2 x 3, whose edges are filled.
  @Test(arguments: ["summed", "shuffled"])
  func chunksWithSumsAreRead(name: String) throws {
    let file = try TensorFile(contentsOf: sample("h5py_filters.h5"))
    let tensor = try file.tensor(named: name)
    #expect(tensor.shape == [5, 7])
    #expect(Array(tensor.elements) == (0..<35).map(Float.init))
  }

  private func expectMalformed(
    _ bytes: [UInt8], _ mentions: [String], _ code: ConvolutionError.Code = .unsupportedFile
  ) throws {
    let dataset = try #require(try HDF5File(FileBytes(bytes, name: "x")).object(at: "w")?.dataset())
    expectError(code, "x, w", mentions) { _ = try dataset.tensor() }
  }

  @Test func chunksLieOneAfterTheOther() throws {
    let bytes = hdf5File(shape: [2, 3], chunk: [2, 2], content: [1, 2, 4, 5, 3, 0, 6, 0])
    let dataset = try #require(try HDF5File(FileBytes(bytes, name: "x")).object(at: "w")?.dataset())
    #expect(Array(try dataset.tensor().elements) == [1, 2, 3, 4, 5, 6])
  }

  /// A place and a length have a sum that no integer may hold.
  @Test func chunksBeyondTheEndAreAnError() throws {
    for address in [1 << 20, .max - 1, .max] {
      try expectMalformed(hdf5File(shape: [4], chunk: [2], address: address), ["0 chunks"])
    }
    try expectMalformed(hdf5File(shape: [4], chunk: [.max]), ["64 bits"], .integerOverflow)
  }

  @Test func moreChunksThanAFileOfItsSizeHasAreAnError() throws {
    let count = 1 << 16
    try expectMalformed(
      hdf5File(shape: [count], chunk: [1], content: Array(repeating: 7, count: count)),
      ["65536 chunks", "fewer"])
  }
}
