let recurrentOperators: [String: OperatorMaker] = [
  "LSTM": { reader in
    if reader.bool("input_forget") { reader.reject("attribute input_forget 1") }
    return Recurrent(&reader, .lstm, activations: ["sigmoid", "tanh", "tanh"])
  },
  "GRU": { reader in
    let resetsAfter = reader.bool("linear_before_reset")
    return Recurrent(
      &reader, resetsAfter ? .gruResettingAfter : .gru, activations: ["sigmoid", "tanh"])
  },
]
