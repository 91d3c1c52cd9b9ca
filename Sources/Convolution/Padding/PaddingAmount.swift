/// How many border taps one axis has before its first sample and after its last. Negative amounts crop.
public struct PaddingAmount: Sendable, Hashable, CustomStringConvertible {
  public var before: Int
  public var after: Int

  public init(before: Int, after: Int) {
    self.before = before
    self.after = after
  }

  public static let none = PaddingAmount(before: 0, after: 0)

  public var description: String { "(before: \(before), after: \(after))" }
}
