"""A network said so that converters understand it: what ONNX leaves to defaults is written out."""

import numpy as np


def write(source, target, shapes):
    """Writes a network, for inputs of such shapes by name, to another file."""
    # Not above: where the memory of whole models is measured it is not to be loaded.
    import onnx
    from onnx import helper, numpy_helper, shape_inference

    model = onnx.load(source)
    graph = model.graph
    opset = next(entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx"))
    constants = {tensor.name for tensor in graph.initializer}
    inputs = [value for value in graph.input if value.name not in constants]
    del graph.input[:]
    for value in inputs:
        kind = value.type.tensor_type.elem_type
        graph.input.append(helper.make_tensor_value_info(value.name, kind, shapes[value.name]))
    extents = {
        value.name: [axis.dim_value for axis in value.type.tensor_type.shape.dim]
        for value in shape_inference.infer_shapes(model).graph.value_info
    }
    # Shapes that the file has with names for extents: inputs say it all.
    del graph.value_info[:]
    for value in graph.output:
        value.type.tensor_type.ClearField("shape")
    for node in graph.node:
        attributes = {attribute.name: attribute for attribute in node.attribute}
        if node.op_type == "Softmax" and "axis" not in attributes:
            node.attribute.append(helper.make_attribute("axis", -1 if opset >= 13 else 1))
        if node.op_type == "Split" and len(node.input) == 1 and "split" not in attributes:
            axis = attributes["axis"].i if "axis" in attributes else 0
            sizes = [extents[output][axis] for output in node.output]
            if opset < 13:
                node.attribute.append(helper.make_attribute("split", sizes))
            else:
                name = f"{node.output[0]} sizes"
                graph.initializer.append(numpy_helper.from_array(np.array(sizes), name))
                node.input.append(name)
    onnx.save(model, target)
