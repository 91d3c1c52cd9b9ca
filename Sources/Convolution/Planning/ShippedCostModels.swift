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

  // Fitted to the layers of `zoo:120` and `peers`, Cascade Lake's to some of few channels besides.
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
    team pair 2500 doubling 500 lag 0.1
    dense_channels_last loads 0.1461 steps 2.783 lookups 4.625 stores 0.2866 level3_bytes 0.009678 memory_bytes 0.03881 tasks 203.4
    dense_turned loads 0.173 steps 1.807 lookups 0.3076 turns 1.731 stores 0.3819 level3_bytes 0.01184 memory_bytes 0.04589 tasks 100
    depthwise_channels_first multiply_adds 0.09085 loads 0.1317 tiles 3.469 lookups 1.517 copies 0.102 stores 0.2908 level2_bytes 0.01466 tasks 2413
    depthwise_channels_last loads 0.4736 steps 2.316 lookups 1.007 tasks 100
    few_outputs_channels_last multiply_adds 0.2105 steps 1.206 stores 7.767 level2_bytes 0.003442 memory_bytes 0.03715 tasks 100
    general multiply_adds 0.8673 lookups 2.981 tasks 2.182e+04
    grouped_channels_last multiply_adds 0.08951 loads 0.06422 steps 1.032 lookups 5.672 level2_bytes 0.002513 level3_bytes 0.03719 memory_bytes 0.1338 tasks 2427
    planar multiply_adds 0.07123 loads 0.08188 steps 0.549 tiles 12.11 lookups 5.326 copies 0.1221 turns 2.346 stores 0.03363 level2_bytes 0.004137 level3_bytes 0.01023 memory_bytes 0.09909 tasks 100
    pointwise multiply_adds 0.05655 steps 1.184 copies 0.7006 stores 0.5444 level3_bytes 0.02359 memory_bytes 0.0697 tasks 528.5
    winograd loads 0.1914 steps 0.5248 tiles 9 lookups 0.9563 copies 0.922 turns 2.258 points 0.1851 memory_bytes 0.1107 tasks 100
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
