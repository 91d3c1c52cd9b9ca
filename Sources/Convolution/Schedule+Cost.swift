extension Schedule {
  /// What a kernel's work takes, in nanoseconds: estimates that algorithms, cuts and numbers of threads are weighed by.
  ///
  /// They come from runs of layers on one Xeon core (Emerald Rapids) and are rounded; on another processor all of them
  /// grow or shrink about alike, and the decisions that depend on their ratios stay.
  protocol Cost: Sendable {
    /// The least part of a row, in cells, that may be a task.
    var leastOfARow: Int { get }

    /// Fetching the packed weights of all panels, where tasks one after another share them.
    var weights: Double { get }

    /// A task of so many panels and cells of space: pixels, or what a kernel computes together.
    func task(panels: Int, cells: Int) -> Double
  }
}

extension Schedule.Cost {
  /// Handing out a task.
  static var task: Double { 100 }
  /// Bytes a nanosecond of packed weights that do not stay in the second-level cache, when an image first needs them.
  static var fetchedBytes: Double { 11 }
}
