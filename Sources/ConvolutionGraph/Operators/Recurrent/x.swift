let recurrentOperators: [String: OperatorMaker] = [:]
