import CConvolution

let reductionOperators: [String: OperatorMaker] = [
  "ReduceSum": { Reduction(&$0, CONV_REDUCE_SUM) },
  "ReduceMean": { Reduction(&$0, CONV_REDUCE_MEAN) },
  "ReduceMin": { Reduction(&$0, CONV_REDUCE_MIN) },
  "ReduceMax": { Reduction(&$0, CONV_REDUCE_MAX) },
  "ReduceProd": { Reduction(&$0, CONV_REDUCE_PRODUCT) },
  "ReduceL1": { Reduction(&$0, CONV_REDUCE_L1) },
  "ReduceL2": { Reduction(&$0, CONV_REDUCE_L2) },
  "ReduceSumSquare": { Reduction(&$0, CONV_REDUCE_SUM_SQUARE) },
  "ReduceLogSumExp": { Reduction(&$0, CONV_REDUCE_LOG_SUM_EXP) },
  "Softmax": { Softmax(&$0, isLogarithm: false) },
  "LogSoftmax": { Softmax(&$0, isLogarithm: true) },
  "ArgMax": { ExtremumIndex(&$0, isMaximum: true) },
  "ArgMin": { ExtremumIndex(&$0, isMaximum: false) },
  "TopK": { TopElements(&$0) },
  "CumSum": { CumulativeSum(&$0) },
]
