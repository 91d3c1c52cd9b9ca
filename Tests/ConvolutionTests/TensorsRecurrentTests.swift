import CConvolution
import Foundation
import TestSupport
import Testing

@testable import LayerCases

/// LSTM and GRU layers against the formulas of ONNX in float64.
struct TensorsRecurrentTests {
  private struct Case {
    var kind: conv_recurrent_kind
    var steps: Int
    var batch: Int
    var hidden: Int
    var reversed: Bool
    var lengths: [Int32]?
    var hasPeepholes: Bool
    var projected, recurrent, hiddenBias, peepholes, state, cell: [Float]
    var gates: Int { kind == CONV_RECURRENT_LSTM ? 4 : 3 }

    init(_ kind: conv_recurrent_kind, seed: Int) {
      var random = SplitMix64(seed: seed)
      self.kind = kind
      steps = .random(in: 0...6, using: &random)
      batch = .random(in: 1...3, using: &random)
      hidden = seed % 5 == 0 ? 70 : .random(in: 1...20, using: &random)
      reversed = .random(using: &random)
      hasPeepholes = .random(using: &random)
      let most = Int32(steps)
      lengths =
        .random(using: &random)
        ? (0..<batch).map { _ in .random(in: 0...most, using: &random) } : nil
      let gates = kind == CONV_RECURRENT_LSTM ? 4 : 3
      projected = random.floats(steps * batch * gates * hidden, scale: 2)
      recurrent = random.floats(gates * hidden * hidden, scale: 1 / Float(hidden).squareRoot())
      hiddenBias = random.floats(hidden)
      peepholes = random.floats(3 * hidden)
      state = random.floats(batch * hidden)
      cell = random.floats(batch * hidden)
    }

    /// Outputs, steps batch hidden, then the last states and cells.
    var reference: [Double] {
      var y = [Double](repeating: 0, count: steps * batch * hidden)
      var states = state.map(Double.init)
      var cells = cell.map(Double.init)
      for sequence in 0..<batch {
        let length = lengths.map { Int($0[sequence]) } ?? steps
        let own = sequence * hidden..<(sequence + 1) * hidden
        for step in 0..<length {
          let position = reversed ? length - 1 - step : step
          let (h, c) = next(
            Array(states[own]), Array(cells[own]),
            at: (position * batch + sequence) * gates * hidden)
          states.replaceSubrange(own, with: h)
          cells.replaceSubrange(own, with: c)
          let begin = (position * batch + sequence) * hidden
          y.replaceSubrange(begin..<begin + hidden, with: h)
        }
      }
      return y + states + (kind == CONV_RECURRENT_LSTM ? cells : cell.map(Double.init))
    }

    private func next(_ h: [Double], _ c: [Double], at begin: Int) -> ([Double], [Double]) {
      func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
      func x(_ gate: Int, _ i: Int) -> Double { Double(projected[begin + gate * hidden + i]) }
      func product(_ gate: Int, _ i: Int, _ of: [Double]) -> Double {
        (0..<hidden).reduce(0) {
          $0 + Double(recurrent[(gate * hidden + i) * hidden + $1]) * of[$1]
        }
      }
      func peephole(_ gate: Int, _ i: Int) -> Double {
        hasPeepholes ? Double(peepholes[gate * hidden + i]) : 0
      }
      if kind == CONV_RECURRENT_LSTM {
        let after = (0..<hidden).map { i in
          let input = sigmoid(x(0, i) + product(0, i, h) + peephole(0, i) * c[i])
          let forget = sigmoid(x(2, i) + product(2, i, h) + peephole(2, i) * c[i])
          return forget * c[i] + input * tanh(x(3, i) + product(3, i, h))
        }
        let state = (0..<hidden).map { i in
          sigmoid(x(1, i) + product(1, i, h) + peephole(1, i) * after[i]) * tanh(after[i])
        }
        return (state, after)
      }
      let reset = (0..<hidden).map { sigmoid(x(1, $0) + product(1, $0, h)) }
      let resetState = zip(reset, h).map { $0 * $1 }
      let state = (0..<hidden).map { i in
        let update = sigmoid(x(0, i) + product(0, i, h))
        let candidate = tanh(
          x(2, i)
            + (kind == CONV_RECURRENT_GRU
              ? product(2, i, resetState) : reset[i] * (product(2, i, h) + Double(hiddenBias[i]))))
        return (1 - update) * candidate + update * h[i]
      }
      return (state, c)
    }

    func run(_ set: conv_isa) -> [Float]? {
      let lengths = self.lengths ?? []
      return lengths.withUnsafeBufferPointer { lengths in
        var layer = conv_recurrent()
        (layer.kind, layer.reversed) = (kind, reversed)
        (layer.steps, layer.batch, layer.hidden) = (Int64(steps), Int64(batch), Int64(hidden))
        (layer.output_step, layer.output_batch) = (Int64(batch * hidden), Int64(hidden))
        layer.lengths = self.lengths == nil ? nil : lengths.baseAddress
        let outputs = steps * batch * hidden
        return sameOnThreads(
          count: outputs + 2 * batch * hidden,
          workspaceBytes: conv_recurrent_workspace_bytes(&layer)
        ) { y, threads, workspace in
          let states = y + outputs
          let cells = states + batch * hidden
          states.update(from: state, count: state.count)
          cells.update(from: cell, count: cell.count)
          peepholes.withUnsafeBufferPointer { peepholes in
            conv_run_recurrent(
              set, &layer, projected, recurrent, hiddenBias,
              hasPeepholes ? peepholes.baseAddress : nil, states, cells, y,
              threads, workspace)
          }
        }
      }
    }
  }

  @Test(arguments: 0..<20)
  func layersComputeTheFormulas(seed: Int) {
    for kind in [CONV_RECURRENT_LSTM, CONV_RECURRENT_GRU, CONV_RECURRENT_GRU_RESET_AFTER] {
      let layer = Case(kind, seed: seed)
      let expected = layer.reference
      for set in instructionSets {
        let y = layer.run(set)
        #expect(y != nil, "threads change bits")
        #expect(
          largestDifference(y ?? [], expected) < 1e-5,
          "\(kind) \(layer.steps) \(layer.batch) \(layer.hidden)")
      }
    }
  }
}
