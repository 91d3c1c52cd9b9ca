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
        "CMachineBenchmarks",
        .product(name: "Convolution", package: "swift-convolution"),
        .product(name: "ConvolutionFiles", package: "swift-convolution"),
        .product(name: "ConvolutionGraph", package: "swift-convolution"),
        .product(name: "ConvolutionOptions", package: "swift-convolution"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]
    ),
    // Learning with the library's gradients.
    .executableTarget(
      name: "digits",
      dependencies: [
        .product(name: "Convolution", package: "swift-convolution"),
        .product(name: "ConvolutionFiles", package: "swift-convolution"),
      ]
    ),
    // -O3 in every configuration: what is to stay in registers must stay there in a debug build too.
    .target(name: "CMachineBenchmarks", cSettings: [.unsafeFlags(["-O3"])]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)
