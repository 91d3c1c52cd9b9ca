import Foundation
import Glibc

/// Lets this process have `bytes` more than it has; under AddressSanitizer, which needs many times as much, all there is.
package func limitMemory(to bytes: Int) throws {
  guard dlsym(nil, "__asan_init") == nil else { return }
  let status = try String(contentsOf: URL(filePath: "/proc/self/status"), encoding: .utf8)
  let line = status.split(separator: "\n").first { $0.hasPrefix("VmData:") }
  guard let words = line?.split(whereSeparator: \.isWhitespace), words.count > 1,
    let kilobytes = Int(words[1])
  else { fatalError("no VmData in /proc/self/status") }
  var limit = rlimit()
  getrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limit)
  limit.rlim_cur = rlim_t(kilobytes << 10 + bytes)
  setrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limit)
}
