import CConvolution
import Glibc
import Synchronization

/// What this machine is and can do.
public enum Machine {
  /// The processors this process may run on.
  public static var coreCount: Int { Int(conv_core_count()) }

  /// A core's own cache, the second level, in bytes.
  public static var privateCacheBytes: Int { conv_private_cache_bytes() }

  /// The processor's name as the system gives it.
  public static let processorName: String = {
    guard let file = fopen("/proc/cpuinfo", "r") else { return "unknown processor" }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 512)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(
        decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      if text.hasPrefix("model name"), let colon = text.firstIndex(of: ":") {
        return text[text.index(after: colon)...].split(whereSeparator: \.isWhitespace)
          .joined(separator: " ")
      }
    }
    return "unknown processor"
  }()

  /// The widest instruction set of this processor.
  public static var detectedInstructionSet: InstructionSet { InstructionSet(conv_isa_detect()) }

  /// The instruction set that plans use: the widest one, capped by the environment variable `CONVOLUTION_ISA`
  /// (`scalar`, `avx2` or `avx512`) and by ``capInstructionSet(_:)``.
  public static var instructionSet: InstructionSet {
    [detectedInstructionSet, environmentCap, cap.withLock { $0 }].compactMap { $0 }.min()!
  }

  /// Caps the instruction set of the plans made from now on; nil lifts the cap.
  public static func capInstructionSet(_ cap: InstructionSet?) {
    Self.cap.withLock { $0 = cap }
  }

  private static let cap = Mutex<InstructionSet?>(nil)
  private static let environmentCap = getenv("CONVOLUTION_ISA")
    .flatMap { InstructionSet(rawValue: String(cString: $0)) }

  /// The machine's arithmetic limit, in GFLOP/s: independent fused multiply-adds in registers.
  public static func measureFMAPeak(
    instructionSet: InstructionSet, threads: Int, seconds: Double = 0.1
  ) -> Double {
    conv_measure_fma_peak(
      min(instructionSet, detectedInstructionSet).resolved, Int32(clamping: max(threads, 1)),
      seconds) / 1e9
  }

  /// The machine's memory limit, in GB/s read plus written: a copy far larger than the caches.
  public static func measureCopyBandwidth(threads: Int, seconds: Double = 0.1) -> Double {
    conv_measure_copy_bandwidth(Int32(clamping: max(threads, 1)), seconds) / 1e9
  }
}
