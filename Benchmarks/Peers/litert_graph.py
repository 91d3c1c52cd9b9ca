"""A LiteRT model of operators on tensors."""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

TYPES = {np.float32: schema.TensorType.FLOAT32, np.int32: schema.TensorType.INT32}


class Graph:
    """What a model consists of. Tensors are known by their index."""

    def __init__(self):
        self.tensors, self.operators, self.codes = [], [], []
        self.buffers = [schema.BufferT()]  # The first is that of tensors without data.

    def tensor(self, shape, type=schema.TensorType.FLOAT32, buffer=0):
        tensor = schema.TensorT()
        tensor.shape, tensor.type, tensor.buffer = shape, type, buffer
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def constant(self, array):
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(array.tobytes(), np.uint8)
        self.buffers.append(buffer)
        return self.tensor(list(array.shape), TYPES[array.dtype.type], len(self.buffers) - 1)

    def operator(self, code, name, inputs, shape, **options):
        """Adds an operator and the tensor of this shape that it writes, which it returns."""
        operator_code = schema.OperatorCodeT()
        operator_code.builtinCode = getattr(schema.BuiltinOperator, code)
        operator_code.deprecatedBuiltinCode = min(operator_code.builtinCode, 127)  # a byte
        self.codes.append(operator_code)
        operator = schema.OperatorT()
        operator.opcodeIndex = len(self.codes) - 1
        operator.inputs, operator.outputs = inputs, [self.tensor(shape)]
        operator.builtinOptionsType = getattr(schema.BuiltinOptions, f"{name}Options")
        operator.builtinOptions = getattr(schema, f"{name}OptionsT")()
        for option, value in options.items():
            setattr(operator.builtinOptions, option, value)
        self.operators.append(operator)
        return operator.outputs[0]

    def serialized(self, x, y):
        graph = schema.SubGraphT()
        graph.tensors, graph.operators = self.tensors, self.operators
        graph.inputs, graph.outputs = [x], [y]
        model = schema.ModelT()
        model.version = 3
        model.operatorCodes, model.buffers, model.subgraphs = self.codes, self.buffers, [graph]
        builder = flatbuffers.Builder()
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())
