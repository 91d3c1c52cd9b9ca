import CConvolution
import Glibc
import Synchronization

/// What this machine is.
public enum Machine {
  /// The processors this process may run on.
  public static var coreCount: Int { Int(conv_core_count()) }

  /// The sizes of the caches.
  public static let caches = Caches(conv_caches_detect())

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
  public static let detectedInstructionSet = InstructionSet(isa: conv_isa_detect())

  /// The instruction set that plans use: the widest one, capped by the environment variable `CONVOLUTION_ISA`
  /// (`scalar`, `avx2` or `avx512`) and by ``capInstructionSet(_:)``.
  public static var instructionSet: InstructionSet {
    [detectedInstructionSet, environmentCap, cap.withLock { $0 }].compactMap(\.self).min()!
  }

  /// Caps the instruction set of the plans made from now on; nil lifts the cap.
  public static func capInstructionSet(_ cap: InstructionSet?) {
    Self.cap.withLock { $0 = cap }
  }

  /// What the C target has otherwise than the headers that this module was compiled with; nil: nothing.
  static let differenceOfLibrary: String? = {
    var abi = conv_abi_of_caller()
    return conv_abi_difference(&abi).map { String(cString: $0) }
  }()

  private static let cap = Mutex<InstructionSet?>(nil)
  private static let environmentCap = getenv("CONVOLUTION_ISA")
    .flatMap { InstructionSet(String(cString: $0)) }
}

/// Sizes of a machine's caches, in bytes.
public struct Caches: Sendable, Hashable {
  /// The first and second level of one core, and the third, which cores share.
  public let level1, level2, level3: Int

  public init(level1: Int, level2: Int, level3: Int) {
    self.level1 = level1
    self.level2 = level2
    self.level3 = level3
  }

  init(_ caches: conv_caches) {
    self.init(
      level1: Int(caches.level.0), level2: Int(caches.level.1), level3: Int(caches.level.2))
  }

  /// What is left for each of several convolutions that are computed in turns: what one of them leaves in the third level
  /// the others drive out.
  func shared(by convolutions: Int) -> Caches {
    Caches(level1: level1, level2: level2, level3: level3 / convolutions)
  }

  var resolved: conv_caches { conv_caches(level: (Int64(level1), Int64(level2), Int64(level3))) }
}
