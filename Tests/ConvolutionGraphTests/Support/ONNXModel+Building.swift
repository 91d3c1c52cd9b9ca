import Foundation
import SwiftProtobuf

@testable import ConvolutionGraph

/// Files of networks, put together for a test. swift-protobuf writes them, which reads no graph here.
extension ONNXModel {
  init(opset: Int64 = 17, _ fill: (inout ONNXGraph) -> Void) {
    self = .with {
      $0.irVersion = 8
      $0.opsetImport = [.with { $0.version = opset }]
      fill(&$0.graph)
    }
  }

  var bytes: [UInt8] {
    get throws { try serializedBytes() }
  }

  func network() throws -> Network { try Network(onnx: bytes, name: "model") }
}

extension ONNXValueInfo {
  /// - Parameter shape: nil: an extent with a name.
  init(_ name: String, _ shape: [Int64?], type: Int32 = 1) {
    self = .with {
      $0.name = name
      $0.type.tensorType.elemType = type
      $0.type.tensorType.shape.dim = shape.map { extent in
        .with { if let extent { $0.dimValue = extent } else { $0.dimParam = "n" } }
      }
    }
  }
}

extension ONNXNode {
  init(
    _ operation: String, _ inputs: [String], _ outputs: [String], _ attributes: [ONNXAttribute] = []
  ) {
    self.init()
    opType = operation
    input = inputs
    output = outputs
    attribute = attributes
  }
}

extension ONNXAttribute {
  private init(_ name: String, _ type: Int32, _ fill: (inout ONNXAttribute) -> Void) {
    self.init()
    self.name = name
    self.type = type
    fill(&self)
  }

  init(_ name: String, float value: Float) { self.init(name, 1) { $0.f = value } }
  init(_ name: String, _ value: Int64) { self.init(name, 2) { $0.i = value } }
  init(_ name: String, _ value: String) { self.init(name, 3) { $0.s = Data(value.utf8) } }
  init(_ name: String, _ value: ONNXTensor) { self.init(name, 4) { $0.t = value } }
  init(_ name: String, _ value: ONNXGraph) { self.init(name, 5) { $0.g = value } }
  init(_ name: String, floats values: [Float]) { self.init(name, 6) { $0.floats = values } }
  init(_ name: String, _ values: [Int64]) { self.init(name, 7) { $0.ints = values } }
  init(_ name: String, _ values: [String]) {
    self.init(name, 8) { $0.strings = values.map { Data($0.utf8) } }
  }
}

extension ONNXTensor {
  /// - Parameter type: ONNX's number of the type of elements.
  init(
    _ name: String, type: Int32 = 1, _ dims: [Int64], _ fill: (inout ONNXTensor) -> Void = { _ in }
  ) {
    self.init()
    self.name = name
    dataType = type
    self.dims = dims
    fill(&self)
  }

  init(_ name: String, _ values: [Float], _ dims: [Int64]) {
    self.init(name, dims) { $0.rawData = littleEndian(values) }
  }

  /// With its elements in a file beside the network's.
  init(_ name: String, _ dims: [Int64], in entries: [String: String]) {
    self.init(name, dims) {
      $0.dataLocation = 1
      $0.externalData = entries.map { key, value in
        .with {
          $0.key = key
          $0.value = value
        }
      }
    }
  }
}

/// Elements as they are in memory.
func littleEndian<Element>(_ values: [Element]) -> Data { values.withUnsafeBytes { Data($0) } }

/// A packed list of integers, as protobuf writes it.
func varints(_ values: [Int64]) -> Data {
  Data(
    values.flatMap { value -> [UInt8] in
      var rest = UInt64(bitPattern: value)
      var bytes: [UInt8] = []
      while rest > 127 {
        bytes.append(UInt8(rest & 127) | 128)
        rest >>= 7
      }
      return bytes + [UInt8(rest)]
    })
}
