import ArgumentParser

/// Many callers, and many runs: what a server does to a library in a month, in minutes.
@main
struct Convsoak: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Run plans and networks from many callers, or very often, and look at what becomes of it.",
    subcommands: [Callers.self, Runs.self, Neighbour.self])
}
