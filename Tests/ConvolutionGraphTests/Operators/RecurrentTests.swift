import Foundation
import Testing

@testable import ConvolutionGraph

/// Recurrent layers, beside their equations in double precision.
@Suite struct RecurrentTests {
  /// Everything that a layer is given, for tests of 5 steps of 3 sequences of 2 inputs, with 4 states.
  private struct Layer {
    let steps = 5
    let batch = 3
    let inputs = 2
    let hidden = 4
    let operation: String
    var directions = 1
    var direction = "forward"
    var resetsAfter = false
    var lengths = [5, 5, 5]

    var gates: Int { operation == "LSTM" ? 4 : 3 }

    func values(_ count: Int, _ seed: Int) -> [Float] {
      (0..<count).map { Float(($0 * 37 + seed * 11) % 29) / 16 - 0.875 }
    }

    var x: [Float] { values(steps * batch * inputs, 1) }
    var weights: [Float] { values(directions * gates * hidden * inputs, 2) }
    var recurrent: [Float] { values(directions * gates * hidden * hidden, 3) }
    var bias: [Float] { values(directions * 2 * gates * hidden, 4) }
    var state: [Float] { values(directions * batch * hidden, 5) }
    var cell: [Float] { values(directions * batch * hidden, 6) }
    var peepholes: [Float] { values(directions * 3 * hidden, 7) }

    var attributes: [String: NodeReader.Attribute] {
      var attributes: [String: NodeReader.Attribute] = [
        "hidden_size": .integer(hidden), "direction": .string(direction),
      ]
      if resetsAfter { attributes["linear_before_reset"] = .integer(1) }
      return attributes
    }

    func inputTensors() throws -> [NetworkTensor] {
      let (d, rows) = (directions, gates * hidden)
      let all = [
        try NetworkTensor(x, shape: [steps, batch, inputs]),
        try NetworkTensor(weights, shape: [d, rows, inputs]),
        try NetworkTensor(recurrent, shape: [d, rows, hidden]),
        try NetworkTensor(bias, shape: [d, 2 * rows]),
        try NetworkTensor(lengths.map(Int32.init), shape: [batch]),
        try NetworkTensor(state, shape: [d, batch, hidden]),
        try NetworkTensor(cell, shape: [d, batch, hidden]),
        try NetworkTensor(peepholes, shape: [d, 3 * hidden]),
      ]
      return operation == "LSTM" ? all : Array(all.prefix(6))
    }

    /// y, steps x directions x batch x hidden, and the last states and cells.
    func expected() -> (y: [Double], state: [Double], cell: [Double]) {
      var y = [Double](repeating: 0, count: steps * directions * batch * hidden)
      var (states, cells) = (state.map(Double.init), cell.map(Double.init))
      for d in 0..<directions {
        let isReversed = direction == "reverse" || d == 1
        for b in 0..<batch {
          let at = (d * batch + b) * hidden
          for place in 0..<lengths[b] {
            let step = isReversed ? lengths[b] - 1 - place : place
            let (h, c) = advance(
              d, Array(x[((step * batch + b) * inputs)...].prefix(inputs)).map(Double.init),
              Array(states[at..<at + hidden]), Array(cells[at..<at + hidden]))
            states.replaceSubrange(at..<at + hidden, with: h)
            cells.replaceSubrange(at..<at + hidden, with: c)
            let to = ((step * directions + d) * batch + b) * hidden
            y.replaceSubrange(to..<to + hidden, with: h)
          }
        }
      }
      return (y, states, cells)
    }

    private func advance(
      _ d: Int, _ x: [Double], _ h: [Double], _ c: [Double]
    ) -> (state: [Double], cell: [Double]) {
      let rows = gates * hidden
      func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
      func input(_ gate: Int, _ j: Int) -> Double {
        let row = gate * hidden + j
        let bias = Double(self.bias[d * 2 * rows + row])
        return (0..<inputs).reduce(bias) {
          $0 + Double(weights[(d * rows + row) * inputs + $1]) * x[$1]
        }
      }
      func recurring(_ gate: Int, _ j: Int, _ h: [Double]) -> Double {
        let row = gate * hidden + j
        return (0..<hidden).reduce(0) {
          $0 + Double(recurrent[(d * rows + row) * hidden + $1]) * h[$1]
        }
      }
      func bias(_ gate: Int, _ j: Int) -> Double {
        Double(self.bias[(d * 2 + 1) * rows + gate * hidden + j])
      }
      func sum(_ gate: Int, _ j: Int) -> Double {
        input(gate, j) + recurring(gate, j, h) + bias(gate, j)
      }
      func peephole(_ gate: Int, _ j: Int) -> Double {
        Double(peepholes[(d * 3 + gate) * hidden + j])
      }
      if operation == "LSTM" {
        let cell = (0..<hidden).map { j in
          sigmoid(sum(2, j) + peephole(2, j) * c[j]) * c[j]
            + sigmoid(sum(0, j) + peephole(0, j) * c[j]) * tanh(sum(3, j))
        }
        let state = (0..<hidden).map {
          sigmoid(sum(1, $0) + peephole(1, $0) * cell[$0]) * tanh(cell[$0])
        }
        return (state, cell)
      }
      let reset = (0..<hidden).map { sigmoid(sum(1, $0)) }
      let state = (0..<hidden).map { j in
        let new =
          resetsAfter
          ? input(2, j) + reset[j] * (recurring(2, j, h) + bias(2, j))
          : input(2, j) + recurring(2, j, zip(reset, h).map(*)) + bias(2, j)
        let update = sigmoid(sum(0, j))
        return (1 - update) * tanh(new) + update * h[j]
      }
      return (state, c)
    }
  }

  private func check(_ layer: Layer, computed: Set<Int>) throws {
    let count = layer.operation == "LSTM" ? 3 : 2
    let outputs = try OperatorCase(
      layer.operation, layer.attributes, layer.inputTensors(), computed: computed, outputs: count
    ).run()
    let expected = layer.expected()
    #expect(outputs[0].shape == [layer.steps, layer.directions, layer.batch, layer.hidden])
    #expect(outputs[1].shape == [layer.directions, layer.batch, layer.hidden])
    expectClose(outputs[0].floats, expected.y, within: 2e-6)
    expectClose(outputs[1].floats, expected.state, within: 2e-6)
    if count == 3 { expectClose(outputs[2].floats, expected.cell, within: 2e-6) }
  }

  private static let known: Set<Int> = [0, 4, 5, 6]
  private static let nothingKnown = Set(0..<8)

  @Test(arguments: ["LSTM", "GRU"], ["forward", "reverse", "bidirectional"])
  func layersInEachDirection(_ operation: String, _ direction: String) throws {
    var layer = Layer(operation: operation, direction: direction)
    if direction == "bidirectional" { layer.directions = 2 }
    try check(layer, computed: Self.known)
    try check(layer, computed: Self.nothingKnown)
  }

  @Test(arguments: ["LSTM", "GRU"]) func sequencesMayBeShorter(_ operation: String) throws {
    for direction in ["forward", "reverse"] {
      try check(
        Layer(operation: operation, direction: direction, lengths: [5, 2, 0]), computed: Self.known)
    }
  }

  @Test func resetBehindTheProduct() throws {
    let layer = Layer(
      operation: "GRU", directions: 2, direction: "bidirectional", resetsAfter: true)
    try check(layer, computed: Self.known)
    try check(layer, computed: Self.nothingKnown)
  }

  @Test func batchMayBeTheFirstAxis() throws {
    let layer = Layer(operation: "LSTM", directions: 2, direction: "bidirectional")
    /// a x b x rest to b x a x rest.
    func turned<Value>(_ values: [Value], _ a: Int, _ b: Int) -> [Value] {
      let rest = values.count / a / b
      var result: [Value] = []
      for j in 0..<b {
        for i in 0..<a { result += values.dropFirst((i * b + j) * rest).prefix(rest) }
      }
      return result
    }
    var inputs = try layer.inputTensors()
    inputs[0] = try NetworkTensor(turned(layer.x, 5, 3), shape: [3, 5, 2])
    for (index, values) in [(5, layer.state), (6, layer.cell)] {
      inputs[index] = try NetworkTensor(turned(values, 2, 3), shape: [3, 2, 4])
    }
    var attributes = layer.attributes
    attributes["layout"] = .integer(1)
    let outputs = try OperatorCase("LSTM", attributes, inputs, computed: Self.known, outputs: 3)
      .run()
    let expected = layer.expected()
    #expect(outputs[0].shape == [3, 5, 2, 4])
    // steps x directions x batch to batch x steps x directions.
    expectClose(outputs[0].floats, turned(expected.y, 10, 3), within: 2e-6)
    expectClose(outputs[1].floats, turned(expected.state, 2, 3), within: 2e-6)
    expectClose(outputs[2].floats, turned(expected.cell, 2, 3), within: 2e-6)
  }

  @Test(arguments: [("LSTM", false), ("GRU", false), ("GRU", true)])
  func mostInputsMayBeLeftOut(_ operation: String, _ resetsAfter: Bool) throws {
    let layer = Layer(operation: operation, resetsAfter: resetsAfter)
    let inputs = Array(try layer.inputTensors().prefix(3))
    let state = try NetworkTensor(repeating: 0, shape: [1, 3, 4])
    var zeros: [NetworkTensor?] =
      inputs + [try NetworkTensor(repeating: 0, shape: [1, 8 * layer.gates]), nil, state]
    if operation == "LSTM" { zeros += [state, try NetworkTensor(repeating: 0, shape: [1, 12])] }
    for computed in [[0], [0, 1]] as [Set<Int>] {
      let without = try OperatorCase(operation, layer.attributes, inputs, computed: computed)
        .floats()
      let with = try OperatorCase(operation, layer.attributes, zeros, computed: computed).floats()
      expectClose(without, with.map(Double.init), within: 1e-6)
    }
  }

  @Test func whatIsNotSupportedIsSaid() throws {
    let layer = Layer(operation: "LSTM")
    let unsupported: [String: NodeReader.Attribute] = [
      "clip": .float(1), "input_forget": .integer(1), "direction": .string("sideways"),
      "activations": .strings(["Relu", "Tanh", "Tanh"]),
    ]
    for (name, value) in unsupported {
      #expect(throws: NetworkError.self) {
        try OperatorCase("LSTM", [name: value], layer.inputTensors()).run()
      }
    }
    var inputs = try layer.inputTensors()
    inputs[2] = inputs[1]
    #expect(throws: NetworkError.self) { try OperatorCase("LSTM", inputs).outputTypes() }
  }
}
