let normalisationOperators: [String: OperatorMaker] = [:]
let recurrentOperators: [String: OperatorMaker] = [:]
