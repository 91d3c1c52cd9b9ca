extension NeuralNetworkWriter {
  /// What puts elements elsewhere.
  static let arrangingLayers: [String: Writer] = [
    "reshape": { writer, operation in
      let shape = operation.integers("shape").map(Int64.init)
      writer.add(operation, [operation.value("x")], .reshape(.with { $0.shape = shape }))
    },
    "transpose": { writer, operation in
      let axes = operation.integers("perm").map(UInt64.init)
      writer.add(operation, [operation.value("x")], .transpose(.with { $0.axes = axes }))
    },
    "concat": { writer, operation in
      let axis = Int64(operation.integer("axis"))
      writer.add(operation, operation["values"]!.values, .concat(.with { $0.axis = axis }))
    },
    "split": { writer, operation in
      let (axis, sizes) = (operation.integer("axis"), operation.integers("split_sizes"))
      writer.add(
        operation, [operation.value("x")],
        .split(.with { ($0.axis, $0.sizes) = (Int64(axis), sizes.map(UInt64.init)) }))
    },
    "slice_by_index": { writer, operation in
      writer.add(
        operation, [operation.value("x")],
        .slice(
          .with {
            $0.begin = operation.integers("begin").map(Int64.init)
            $0.beginMask = operation.bools("begin_mask")
            $0.end = operation.integers("end").map(Int64.init)
            $0.endMask = operation.bools("end_mask")
            $0.stride = operation.integers("stride").map(Int64.init)
            $0.squeezeMask = operation.bools("squeeze_mask")
          }))
    },
    "reverse": { writer, operation in
      let (x, axes) = (operation.value("x"), operation.integers("axes"))
      writer.add(
        operation, [x], .reverse(.with { $0.axes = x.shape.indices.map(axes.contains) }))
    },
    "tile": { writer, operation in
      let repeats = operation.integers("reps").map(UInt64.init)
      writer.add(operation, [operation.value("x")], .tile(.with { $0.repeats = repeats }))
    },
    "gather": { $0.gather($1) { .gather($0) } },
    "gather_along_axis": { $0.gather($1) { .gatherAlongAxis($0) } },
    "depth_to_space": { $0.reorganize($1, .depthToSpace, "block_size") },
    "space_to_depth": { $0.reorganize($1, .spaceToDepth, "block_size") },
    "pixel_shuffle": { $0.reorganize($1, .pixelShuffle, "upscale_factor") },
    "upsample_nearest_neighbor": { writer, operation in
      let factors = ["scale_factor_height", "scale_factor_width"].map { operation.integer($0) }
      writer.add(
        operation, [operation.value("x")],
        .upsample(.with { $0.factors = factors.map(UInt64.init) }))
    },
    "resize_bilinear": { $0.resize($1) },
  ]

  private mutating func gather(
    _ operation: MLOperation, _ parameters: (CoreMLOfAxis) -> CoreMLLayer.OneOf_Parameters
  ) {
    let axis = Int64(operation.integer("axis"))
    add(
      operation, [operation.value("x"), operation.value("indices")],
      parameters(.with { $0.axis = axis }))
  }

  private mutating func reorganize(
    _ operation: MLOperation, _ mode: CoreMLReorganizeData.Mode, _ factor: String
  ) {
    let block = UInt64(operation.integer(factor))
    add(
      operation, [operation.value("x")],
      .reorganizeData(.with { ($0.mode, $0.block) = (mode, block) }))
  }

  /// By whole factors, or with corners on corners.
  private mutating func resize(_ operation: MLOperation) {
    let (x, output) = (operation.value("x"), operation.outputs[0])
    let size = Array(output.shape.suffix(2))
    let factors = zip(size, x.shape.suffix(2)).map { $0 / $1 }
    guard operation.word("sampling_mode") != "STRICT_ALIGN_CORNERS" else {
      return add(
        operation, [x],
        .resizeBilinear(
          .with {
            $0.size = size.map(UInt64.init)
            $0.sampling.mode = .strictAlignEndpointsMode
          }))
    }
    add(
      operation, [x],
      .upsample(
        .with {
          $0.mode = .bilinear
          $0.factors = factors.map(UInt64.init)
          $0.linearMode =
            operation.word("sampling_mode") == "DEFAULT" ? .default : .alignCornersFalse
        }))
  }
}
