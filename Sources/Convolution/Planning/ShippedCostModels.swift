extension CostModel {
  /// The models of the library, as `convbench --fit` wrote them where that kind of machine was at hand.
  static let shipped = [zen3, zen4, emeraldRapids, scalar].map { CostModel($0)! }

  // Fitted to the layers of `zoo` and `peers`.
  private static let zen3 = """
    machine AMD EPYC (Zen 3)
    instruction-set avx2
    caches 32768 524288 33554432
    team pair 3000 doubling 500 lag 0.1
    dense_channels_last loads 0.2009 steps 0.6935 tiles 23.58 lookups 3.194 stores 1.038 level3_bytes 0.004115 memory_bytes 0.09787 tasks 100
    dense_turned multiply_adds 0.04865 loads 0.1987 steps 0.1068 tiles 18.37 lookups 3.688 turns 2.709 level3_bytes 0.01463 memory_bytes 0.1752 tasks 100
    depthwise_channels_first loads 0.555 tiles 0.569 lookups 3.089 copies 7.355 stores 5.156 memory_bytes 0.9052 tasks 100
    depthwise_channels_last multiply_adds 0.1138 steps 4.648 tiles 2.153 lookups 1.164 copies 7.552 level2_bytes 0.004111 level3_bytes 0.00891 memory_bytes 0.8155 tasks 100
    few_outputs_channels_last multiply_adds 0.2864 steps 1.223 lookups 0.08863 turns 0.5911 stores 10.89 level3_bytes 0.01358 memory_bytes 0.08802 tasks 100
    general multiply_adds 1.028 tiles 24.55 lookups 3.332 level3_bytes 0.007037 memory_bytes 3.092 tasks 100
    planar multiply_adds 0.06054 steps 1.615 tiles 12.48 lookups 1.228 copies 1.947 turns 3.674 stores 4.617 level2_bytes 0.006685 level3_bytes 0.04664 memory_bytes 0.1937 tasks 100
    pointwise multiply_adds 0.1827 tiles 31.34 level2_bytes 0.00236 level3_bytes 0.0605 memory_bytes 0.2227 tasks 100
    winograd loads 0.3456 steps 0.1136 tiles 18.08 copies 0.0234 turns 1.718 points 0.1927 stores 4.214 memory_bytes 0.1703 tasks 100
    """

  // Not fitted: Zen 3's, a vector of twice the width at Zen 4's rate.
  private static let zen4 = """
    machine AMD EPYC (Zen 4)
    instruction-set avx512
    caches 32768 1048576 33554432
    team pair 3000 doubling 500 lag 0.1
    dense_channels_last loads 0.3516 steps 1.214 tiles 41.27 lookups 5.59 stores 1.817 level3_bytes 0.003703 memory_bytes 0.08808 tasks 175
    dense_turned multiply_adds 0.08514 loads 0.3477 steps 0.1869 tiles 32.15 lookups 6.454 turns 4.741 level3_bytes 0.01317 memory_bytes 0.1577 tasks 175
    depthwise_channels_first loads 0.9713 tiles 0.9957 lookups 5.406 copies 12.87 stores 9.023 memory_bytes 0.8147 tasks 175
    depthwise_channels_last multiply_adds 0.1991 steps 8.134 tiles 3.768 lookups 2.037 copies 13.22 level2_bytes 0.0037 level3_bytes 0.008019 memory_bytes 0.7339 tasks 175
    few_outputs_channels_last multiply_adds 0.5012 steps 2.14 lookups 0.1551 turns 1.034 stores 19.06 level3_bytes 0.01222 memory_bytes 0.07922 tasks 175
    general multiply_adds 1.799 tiles 42.96 lookups 5.831 level3_bytes 0.006333 memory_bytes 2.783 tasks 175
    planar multiply_adds 0.1059 steps 2.826 tiles 21.84 lookups 2.149 copies 3.407 turns 6.429 stores 8.08 level2_bytes 0.006017 level3_bytes 0.04198 memory_bytes 0.1743 tasks 175
    pointwise multiply_adds 0.3197 tiles 54.84 level2_bytes 0.002124 level3_bytes 0.05445 memory_bytes 0.2004 tasks 175
    winograd loads 0.6048 steps 0.1988 tiles 31.64 copies 0.04095 turns 3.006 points 0.3372 stores 7.375 memory_bytes 0.1533 tasks 175
    """

  // Not fitted: Zen 3's, a vector of twice the width at this processor's rate.
  private static let emeraldRapids = """
    machine Intel Xeon (Emerald Rapids)
    instruction-set avx512
    caches 49152 2097152 33554432
    team pair 3000 doubling 500 lag 0.1
    dense_channels_last loads 0.231 steps 0.7975 tiles 27.12 lookups 3.673 stores 1.194 level3_bytes 0.00535 memory_bytes 0.1174 tasks 115
    dense_turned multiply_adds 0.05595 loads 0.2285 steps 0.1228 tiles 21.13 lookups 4.241 turns 3.115 level3_bytes 0.01902 memory_bytes 0.2102 tasks 115
    depthwise_channels_first loads 0.6382 tiles 0.6543 lookups 3.552 copies 8.458 stores 5.929 memory_bytes 1.086 tasks 115
    depthwise_channels_last multiply_adds 0.1309 steps 5.345 tiles 2.476 lookups 1.339 copies 8.685 level2_bytes 0.002878 level3_bytes 0.01158 memory_bytes 0.9786 tasks 115
    few_outputs_channels_last multiply_adds 0.3294 steps 1.406 lookups 0.1019 turns 0.6798 stores 12.52 level3_bytes 0.01765 memory_bytes 0.1056 tasks 115
    general multiply_adds 1.182 tiles 28.23 lookups 3.832 level3_bytes 0.009148 memory_bytes 3.71 tasks 115
    planar multiply_adds 0.06962 steps 1.857 tiles 14.35 lookups 1.412 copies 2.239 turns 4.225 stores 5.31 level2_bytes 0.004679 level3_bytes 0.06063 memory_bytes 0.2324 tasks 115
    pointwise multiply_adds 0.2101 tiles 36.04 level2_bytes 0.001652 level3_bytes 0.07865 memory_bytes 0.2672 tasks 115
    winograd loads 0.3974 steps 0.1306 tiles 20.79 copies 0.02691 turns 1.976 points 0.2216 stores 4.846 memory_bytes 0.2044 tasks 115
    """

  // Not fitted: Zen 3's, a vector of half the width, its multiplications and additions apart.
  private static let scalar = """
    machine AMD EPYC (Zen 3)
    instruction-set scalar
    caches 32768 524288 33554432
    team pair 3000 doubling 500 lag 0.1
    dense_channels_last steps 2.77 tiles 12.36 lookups 3.2 tasks 100
    dense_turned multiply_adds 0.08757 loads 0.3577 steps 0.1922 tiles 33.07 lookups 6.638 turns 4.876 level3_bytes 0.01463 memory_bytes 0.1752 tasks 180
    depthwise_channels_first loads 0.999 tiles 1.024 lookups 5.56 copies 13.24 stores 9.281 memory_bytes 0.9052 tasks 180
    depthwise_channels_last multiply_adds 0.2048 steps 8.366 tiles 3.875 lookups 2.095 copies 13.59 level2_bytes 0.004111 level3_bytes 0.00891 memory_bytes 0.8155 tasks 180
    few_outputs_channels_last multiply_adds 0.5155 steps 2.201 lookups 0.1595 turns 1.064 stores 19.6 level3_bytes 0.01358 memory_bytes 0.08802 tasks 180
    general multiply_adds 1.85 tiles 44.19 lookups 5.998 level3_bytes 0.007037 memory_bytes 3.092 tasks 180
    planar multiply_adds 0.109 steps 2.907 tiles 22.46 lookups 2.21 copies 3.505 turns 6.613 stores 8.311 level2_bytes 0.006685 level3_bytes 0.04664 memory_bytes 0.1937 tasks 180
    pointwise multiply_adds 0.3289 tiles 56.41 level2_bytes 0.00236 level3_bytes 0.0605 memory_bytes 0.2227 tasks 180
    winograd loads 0.6221 steps 0.2045 tiles 32.54 copies 0.04212 turns 3.092 points 0.3469 stores 7.585 memory_bytes 0.1703 tasks 180
    """
}
