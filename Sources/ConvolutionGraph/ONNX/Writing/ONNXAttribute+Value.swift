import Foundation

extension ONNXAttribute {
  /// An attribute of a node that is written; tensors and lists of words are none of them.
  init(_ name: String, _ value: NodeReader.Attribute) {
    self.init()
    self.name = name
    switch value {
    case .float(let value): (f, type) = (value, 1)
    case .integer(let value): (i, type) = (Int64(value), 2)
    case .string(let value): (s, type) = (Data(value.utf8), 3)
    case .tensor(let tensor): (t, type) = (ONNXTensor(tensor), 4)
    case .floats(let values): (floats, type) = (values, 6)
    case .integers(let values): (ints, type) = (values.map(Int64.init), 7)
    case .strings(let values): (strings, type) = (values.map { Data($0.utf8) }, 8)
    case .other: preconditionFailure("an attribute that is none")
    }
  }
}

extension ONNXTensor {
  /// With its elements, which are few.
  init(_ tensor: NetworkTensor) {
    self.init(header: tensor.type, name: "")
    rawData = tensor.withUnsafeBytes { Data($0) }
  }

  /// Without its elements.
  init(header type: TensorType, name: String) {
    self.init()
    self.name = name
    dims = type.shape.map(Int64.init)
    dataType = Int32(type.element.onnx)
  }
}

extension ONNXValueInfo {
  /// - Parameter shape: an extent that is nil gets a name of its own.
  init(_ name: String, _ element: ElementType, _ shape: [Int?]) {
    self.init()
    self.name = name
    type.tensorType.elemType = Int32(element.onnx)
    type.tensorType.shape = .with {
      $0.dim = shape.enumerated().map { axis, extent in
        .with {
          if let extent { $0.dimValue = Int64(extent) } else { $0.dimParam = "\(name)_\(axis)" }
        }
      }
    }
  }
}
