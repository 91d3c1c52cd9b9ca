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
}
