import Foundation
import Glibc
import Testing

/// Lets this process have `bytes` more than it has.
func limitMemory(to bytes: Int) throws {
  let status = try String(contentsOf: URL(filePath: "/proc/self/status"), encoding: .utf8)
  let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmData:") })
  let kilobytes = try #require(
    line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) })
  var limit = rlimit()
  getrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limit)
  limit.rlim_cur = rlim_t(kilobytes << 10 + bytes)
  setrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limit)
}
