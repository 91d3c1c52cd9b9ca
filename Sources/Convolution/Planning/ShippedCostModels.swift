extension CostModel {
  /// The models of the library. Those of Zen 3 and Cascade Lake are as `convbench --fit` wrote them; no machine of the
  /// others was at hand, and they are scaled from these, by the rates of arithmetic, caches and memory.
  static let shipped = [
    zen3, cascadeLake,
    // A vector of twice the width takes less than twice as long.
    zen3.scaled(
      to: "AMD EPYC (Zen 4)", .avx512, Caches(level1: 32768, level2: 1_048_576, level3: 33_554_432),
      vectors: 1.75, level2: 0.9, level3: 0.9, memory: 0.9),
    cascadeLake.scaled(
      to: "Intel Xeon (Emerald Rapids)", .avx512,
      Caches(level1: 49152, level2: 2_097_152, level3: 33_554_432), vectors: 0.8),
    // A vector of half the width, its multiplications and additions apart.
    zen3.scaled(to: zen3.machine, .scalar, zen3.caches, vectors: 1.8),
  ]

  // Fitted to the layers of `zoo:120` and `peers`, and to some of few channels besides.
  private static let cascadeLake = CostModel(
    """
    machine Intel(R) Xeon(R) Processor @ 2.50GHz
    instruction-set avx512
    caches 32768 1048576 37486592
    team pair 3077.0 doubling 500.0 lag 0.1
    dense_channels_last multiply_adds 0.03619 loads 0.2317 steps 12.41 stores 1.606 level2_bytes 0.003117 level3_bytes 0.06268 memory_bytes 0.01595 tasks 356.0
    dense_turned multiply_adds 0.142 loads 0.2084 steps 5.505 turns 4.562 stores 5.188 level2_bytes 0.002902 level3_bytes 0.05859 memory_bytes 0.1254 tasks 175.0
    depthwise_channels_first multiply_adds 0.04285 loads 0.6476 tiles 14.97 lookups 1.74 level2_bytes 0.03903 level3_bytes 0.006687 tasks 4223.0
    depthwise_channels_last loads 0.3665 steps 3.448 stores 2.108 level2_bytes 0.0269 level3_bytes 0.005183 tasks 390.3
    few_outputs_channels_last multiply_adds 0.307 steps 5.675 stores 14.28 level2_bytes 0.007082 level3_bytes 0.03042 memory_bytes 0.08003 tasks 175.0
    general multiply_adds 1.219 lookups 4.028 level2_bytes 0.124 level3_bytes 0.007524 tasks 105980.0
    grouped_channels_last loads 0.5133 steps 1.148 lookups 2.752 level2_bytes 0.0003167 level3_bytes 0.03559 memory_bytes 0.0375 tasks 4247.0
    planar multiply_adds 0.1168 loads 0.4653 steps 0.3288 lookups 12.77 copies 0.2395 turns 3.724 level2_bytes 0.02585 level3_bytes 0.03414 memory_bytes 0.1383 tasks 175.0
    pointwise multiply_adds 0.3267 stores 2.738 level2_bytes 0.02205 level3_bytes 0.03922 memory_bytes 0.09003 tasks 924.9
    winograd multiply_adds 0.2343 loads 0.1836 steps 1.186 tiles 36.78 lookups 5.12 copies 2.021 turns 8.796 points 0.06726 stores 1.711 level2_bytes 0.003798 level3_bytes 0.01909 memory_bytes 0.1829 tasks 175.0
    """)!

  private static let zen3 = CostModel(
    """
    machine AMD EPYC (Zen 3)
    instruction-set avx2
    caches 32768 524288 33554432
    team pair 3852.0 doubling 500.0 lag 0.1
    dense_channels_last loads 0.2236 steps 1.359 tiles 4.372 lookups 3.185 level3_bytes 0.01489 memory_bytes 0.07755 tasks 582.4
    dense_turned loads 0.2665 lookups 3.176 turns 1.976 level3_bytes 0.01296 memory_bytes 0.05076 tasks 1258.0
    depthwise_channels_first multiply_adds 0.04601 loads 0.2744 lookups 0.9427 stores 0.1655 level2_bytes 0.04111 tasks 2413.0
    depthwise_channels_last loads 0.4264 steps 5.533 lookups 4.515 tasks 100.0
    few_outputs_channels_last multiply_adds 0.2057 steps 2.123 turns 0.2979 stores 11.96 memory_bytes 0.09172 tasks 100.0
    general multiply_adds 0.9711 tiles 29.15 lookups 2.938 level3_bytes 0.04605 tasks 21820.0
    grouped_channels_last multiply_adds 0.06435 loads 0.2846 steps 0.01419 lookups 0.2739 level2_bytes 0.005011 level3_bytes 0.06773 memory_bytes 0.3445 tasks 2427.0
    planar multiply_adds 0.1215 steps 1.168 lookups 1.741 copies 1.143 turns 3.835 level3_bytes 0.05083 memory_bytes 0.1283 tasks 100.0
    pointwise multiply_adds 0.1414 steps 0.09653 copies 1.606 level3_bytes 0.075 memory_bytes 0.09349 tasks 2626.0
    winograd loads 0.1916 steps 1.066 tiles 12.2 copies 0.6925 turns 2.57 points 0.2491 stores 1.933 memory_bytes 0.1382 tasks 100.0
    """)!

  /// The model of a machine on which work on vectors takes so many times as long, and likewise a byte from beyond each
  /// cache.
  private func scaled(
    to machine: String, _ instructionSet: InstructionSet, _ caches: Caches, vectors: Double,
    level2: Double = 1, level3: Double = 1, memory: Double = 1
  ) -> CostModel {
    let bytes = ["level2_bytes": level2, "level3_bytes": level3, "memory_bytes": memory]
    let factors = Self.terms.map { bytes[$0] ?? vectors }
    var model = self
    (model.machine, model.instructionSet, model.caches) = (machine, instructionSet, caches)
    model.coefficients = coefficients.mapValues { zip($0, factors).map { $0 * $1 } }
    return model
  }
}
