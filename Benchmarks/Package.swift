// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that clients of the library never resolve what only measuring needs.
let package = Package(
  name: "convolution-benchmarks",
  dependencies: [
    .package(name: "swift-convolution", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
  ],
  targets: [
    .executableTarget(
      name: "convbench",
      dependencies: [
        .product(name: "Convolution", package: "swift-convolution"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]
    )
  ],
  swiftLanguageModes: [.v6]
)
