import CConvolution

extension Schedule {
  /// Weights that stay in a core's second-level cache while a task is run for all images of a batch, one after the other.
  struct WeightReuse {
    /// Into how many parts the panels are cut at least, so that a task's weights take half of the cache.
    let leastPanelCuts: Int
    /// What it takes one thread to read them again for every image but the first, in nanoseconds.
    let savedTime: Double

    /// nil: there is nothing to save, as there is one image, or all weights stay in the cache anyhow; or the panels cannot
    /// be cut so.
    init?(_ phases: [PhaseWork], panels: Int, images: Int) {
      let caches = phases[0].chosen.way.problem.caches.level
      let bytes = phases.reduce(0) { $0 + $1.chosen.way.packedBytes }
      let room = max(Int(caches.1) / 2, 1)
      leastPanelCuts = (bytes + room - 1) / room
      guard images > 1, leastPanelCuts > 1, leastPanelCuts <= panels else { return nil }
      let row = phases[0].row
      var perByte = row[Int(CONV_LEVEL3_BYTES.rawValue)]
      if bytes > Int(caches.2) { perByte += row[Int(CONV_MEMORY_BYTES.rawValue)] }
      savedTime = Double(images - 1) * Double(bytes) * perByte
    }
  }
}
