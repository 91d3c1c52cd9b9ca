import Convolution

/// An operator on images that is computed in either layout.
protocol LayoutOperator: Operator {
  /// Of the images that it takes and gives.
  var layout: Layout { get }
}

extension PoolingOperator: LayoutOperator {}
