extension CostModel {
  /// The models of the library, as `convbench --fit` wrote them where that kind of machine was at hand.
  static let shipped = [zen3, zen4, emeraldRapids, scalar].map { CostModel($0)! }

  // Fitted to the layers of `zoo:120` and `peers`.
  private static let zen3 = """
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
    """

  // Not fitted: Zen 3's, a vector of twice the width at Zen 4's rate.
  private static let zen4 = """
    machine AMD EPYC (Zen 4)
    instruction-set avx512
    caches 32768 1048576 33554432
    team pair 2500 doubling 500 lag 0.1
    dense_channels_last loads 0.2557 steps 4.87 lookups 8.094 stores 0.5016 level3_bytes 0.00871 memory_bytes 0.03493 tasks 355.9
    dense_turned loads 0.3027 steps 3.162 lookups 0.5383 turns 3.029 stores 0.6683 level3_bytes 0.01066 memory_bytes 0.0413 tasks 175
    depthwise_channels_first multiply_adds 0.159 loads 0.2305 tiles 6.071 lookups 2.655 copies 0.1785 stores 0.5089 level2_bytes 0.01319 tasks 4223
    depthwise_channels_last loads 0.8288 steps 4.053 lookups 1.762 tasks 175
    few_outputs_channels_last multiply_adds 0.3684 steps 2.111 stores 13.59 level2_bytes 0.003098 memory_bytes 0.03344 tasks 175
    general multiply_adds 1.518 lookups 5.217 tasks 3.819e+04
    grouped_channels_last multiply_adds 0.1566 loads 0.1124 steps 1.806 lookups 9.926 level2_bytes 0.002262 level3_bytes 0.03347 memory_bytes 0.1204 tasks 4247
    planar multiply_adds 0.1247 loads 0.1433 steps 0.9608 tiles 21.19 lookups 9.32 copies 0.2137 turns 4.106 stores 0.05885 level2_bytes 0.003723 level3_bytes 0.009207 memory_bytes 0.08918 tasks 175
    pointwise multiply_adds 0.09896 steps 2.072 copies 1.226 stores 0.9527 level3_bytes 0.02123 memory_bytes 0.06273 tasks 924.9
    winograd loads 0.3349 steps 0.9184 tiles 15.75 lookups 1.674 copies 1.614 turns 3.952 points 0.3239 memory_bytes 0.09963 tasks 175
    """

  // Not fitted: Zen 3's, a vector of twice the width at this processor's rate.
  private static let emeraldRapids = """
    machine Intel Xeon (Emerald Rapids)
    instruction-set avx512
    caches 49152 2097152 33554432
    team pair 2500 doubling 500 lag 0.1
    dense_channels_last loads 0.168 steps 3.2 lookups 5.319 stores 0.3296 level3_bytes 0.01258 memory_bytes 0.04657 tasks 233.9
    dense_turned loads 0.1989 steps 2.078 lookups 0.3537 turns 1.991 stores 0.4392 level3_bytes 0.01539 memory_bytes 0.05507 tasks 115
    depthwise_channels_first multiply_adds 0.1045 loads 0.1515 tiles 3.989 lookups 1.745 copies 0.1173 stores 0.3344 level2_bytes 0.01026 tasks 2775
    depthwise_channels_last loads 0.5446 steps 2.663 lookups 1.158 tasks 115
    few_outputs_channels_last multiply_adds 0.2421 steps 1.387 stores 8.932 level2_bytes 0.002409 memory_bytes 0.04458 tasks 115
    general multiply_adds 0.9974 lookups 3.428 tasks 2.51e+04
    grouped_channels_last multiply_adds 0.1029 loads 0.07385 steps 1.187 lookups 6.523 level2_bytes 0.001759 level3_bytes 0.04835 memory_bytes 0.1606 tasks 2791
    planar multiply_adds 0.08191 loads 0.09416 steps 0.6313 tiles 13.93 lookups 6.125 copies 0.1404 turns 2.698 stores 0.03867 level2_bytes 0.002896 level3_bytes 0.0133 memory_bytes 0.1189 tasks 115
    pointwise multiply_adds 0.06503 steps 1.362 copies 0.8057 stores 0.6261 level3_bytes 0.03067 memory_bytes 0.08364 tasks 607.8
    winograd loads 0.2201 steps 0.6035 tiles 10.35 lookups 1.1 copies 1.06 turns 2.597 points 0.2129 memory_bytes 0.1328 tasks 115
    """

  // Not fitted: Zen 3's, a vector of half the width, its multiplications and additions apart.
  private static let scalar = """
    machine AMD EPYC (Zen 3)
    instruction-set scalar
    caches 32768 524288 33554432
    team pair 2500 doubling 500 lag 0.1
    dense_channels_last loads 0.263 steps 5.009 lookups 8.325 stores 0.5159 level3_bytes 0.009678 memory_bytes 0.03881 tasks 366.1
    dense_turned loads 0.3114 steps 3.253 lookups 0.5537 turns 3.116 stores 0.6874 level3_bytes 0.01184 memory_bytes 0.04589 tasks 180
    depthwise_channels_first multiply_adds 0.1635 loads 0.2371 tiles 6.244 lookups 2.731 copies 0.1836 stores 0.5234 level2_bytes 0.01466 tasks 4343
    depthwise_channels_last loads 0.8525 steps 4.169 lookups 1.813 tasks 180
    few_outputs_channels_last multiply_adds 0.3789 steps 2.171 stores 13.98 level2_bytes 0.003442 memory_bytes 0.03715 tasks 180
    general multiply_adds 1.561 lookups 5.366 tasks 3.928e+04
    grouped_channels_last multiply_adds 0.1611 loads 0.1156 steps 1.858 lookups 10.21 level2_bytes 0.002513 level3_bytes 0.03719 memory_bytes 0.1338 tasks 4369
    planar multiply_adds 0.1282 loads 0.1474 steps 0.9882 tiles 21.8 lookups 9.587 copies 0.2198 turns 4.223 stores 0.06053 level2_bytes 0.004137 level3_bytes 0.01023 memory_bytes 0.09909 tasks 180
    pointwise multiply_adds 0.1018 steps 2.131 copies 1.261 stores 0.9799 level3_bytes 0.02359 memory_bytes 0.0697 tasks 951.3
    winograd loads 0.3445 steps 0.9446 tiles 16.2 lookups 1.721 copies 1.66 turns 4.064 points 0.3332 memory_bytes 0.1107 tasks 180
    """
}
