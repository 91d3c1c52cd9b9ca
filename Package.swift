// swift-tools-version: 6.2
import PackageDescription

// `OPENMP=0` in the environment builds a single-threaded library that needs no libomp.
let openMP = Context.environment["OPENMP"] != "0"
// `FILEFUZZ=1` adds what `make fuzz-files` builds, which needs libFuzzer.
let fileFuzz = Context.environment["FILEFUZZ"] == "1"

let package = Package(
  name: "swift-convolution",
  products: [
    .library(name: "Convolution", targets: ["Convolution"]),
    .library(name: "ConvolutionFiles", targets: ["ConvolutionFiles"]),
    .library(name: "ConvolutionGraph", targets: ["ConvolutionGraph"]),
    // What the commands have in common, for the benchmarks' package.
    .library(name: "ConvolutionOptions", targets: ["ConvolutionOptions"]),
    .executable(name: "convolve", targets: ["convolve"]),
  ],
  traits: [
    .trait(name: "Zip", description: "Deflated data in .npz, .keras and HDF5 files, through zlib."),
    .default(enabledTraits: ["Zip"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
  ],
  targets: [
    // MARK: - The library
    .target(
      name: "Convolution", dependencies: ["CConvolutionInterface"],
      swiftSettings: [
        // For properties that are a `Span`.
        .enableExperimentalFeature("Lifetimes"),
        // In every configuration: plans weigh thousands of ways and cuts.
        .unsafeFlags(["-O"]),
      ]
    ),
    .target(
      name: "ConvolutionFiles",
      dependencies: ["Convolution", .target(name: "CZlib", condition: .when(traits: ["Zip"]))]
    ),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "ConvolutionGraph",
      dependencies: [
        "CConvolutionInterface", "Convolution", "ConvolutionFiles",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      exclude: ["ONNX/onnx.proto", "CoreML/Schema/mil.proto", "CoreML/Schema/coreml.proto"]
    ),
    // What Swift imports as CConvolution: the headers, and what compares them with the kernels. A Swift
    // module is compiled after all objects of the C targets that it names, so none names the kernels.
    .target(
      name: "CConvolutionInterface", dependencies: ["CConvolution"], path: "Sources/CConvolution",
      sources: ["machine/abi.c"]),
    .target(
      name: "CConvolution", exclude: ["machine/abi.c"],
      cSettings: [
        // -O3 in every configuration: a debug build of an app must not run unoptimised kernels.
        // Debuggers get lines alone: the variables of inlined kernels take as long to compile as
        // the kernels themselves.
        .unsafeFlags(
          ["-O3", "-Xclang", "-debug-info-kind=line-tables-only"] + (openMP ? ["-fopenmp"] : []))
      ],
      linkerSettings: openMP ? [.linkedLibrary("omp5")] : []
    ),

    // MARK: - The command
    .target(
      name: "ConvolutionOptions",
      dependencies: [
        "ConvolutionFiles",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]
    ),
    .executableTarget(
      name: "convolve",
      dependencies: [
        "ConvolutionFiles", "ConvolutionGraph", "ConvolutionOptions", "PictureFiles",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]
    ),
    .target(
      name: "PictureFiles", dependencies: ["Convolution", "ConvolutionFiles", "CPNG", "CTurboJPEG"]),
    .systemLibrary(name: "CPNG", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CTurboJPEG", providers: [.apt(["libturbojpeg0-dev"])]),

    // MARK: - Tests
    .systemLibrary(name: "CMalloc", path: "Tests/CMalloc"),
    // What several test targets need. It looks at every sample, so it is optimised in debug builds too.
    .target(
      name: "TestSupport", dependencies: ["CMalloc"], path: "Tests/TestSupport",
      swiftSettings: [.unsafeFlags(["-O"])]),
    // Layers that nobody chose, and what they are in float64.
    .target(
      name: "LayerCases", dependencies: ["CConvolutionInterface", "Convolution", "TestSupport"],
      path: "Tests/LayerCases", swiftSettings: [.unsafeFlags(["-O"])]),
    .executableTarget(
      name: "convfuzz",
      dependencies: [
        "Convolution", "ConvolutionFiles", "ConvolutionGraph", "LayerCases", "TestSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Fuzz"),
    .executableTarget(
      name: "convsoak",
      dependencies: [
        "Convolution", "ConvolutionGraph", "LayerCases", "TestSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Soak"),
    .testTarget(
      name: "ConvolutionTests",
      dependencies: [
        "Convolution", "ConvolutionFiles", "CConvolutionInterface", "LayerCases", "TestSupport",
      ],
      resources: [.copy("Fixtures")]
    ),
    .testTarget(
      name: "ConvolutionFilesTests",
      dependencies: ["Convolution", "ConvolutionFiles", "TestSupport"],
      resources: [.copy("Samples")]),
    .testTarget(
      name: "ConvolutionGraphTests",
      dependencies: [
        "Convolution", "ConvolutionFiles", "ConvolutionGraph", "TestSupport",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      resources: [.copy("Models"), .copy("Nodes"), .copy("Keras/Samples")]
    ),
    .testTarget(
      name: "ConvolveTests",
      dependencies: ["convolve", "ConvolutionFiles", "ConvolutionOptions", "PictureFiles"],
      resources: [.copy("Descriptors")]
    ),
    .testTarget(
      name: "ArticleTests",
      dependencies: ["convolve", "Convolution", "ConvolutionFiles", "ConvolutionGraph"],
      resources: [.copy("Samples")]
    ),
  ]
    + (fileFuzz
      ? [
        .target(name: "CFileFuzz", path: "Tests/CFileFuzz"),
        .executableTarget(
          name: "filefuzz",
          dependencies: [
            "CFileFuzz", "Convolution", "ConvolutionFiles", "ConvolutionGraph", "PictureFiles",
            "TestSupport",
          ],
          path: "Tests/FileFuzz", exclude: ["Words", "run"],
          // libFuzzer's own.
          linkerSettings: [.linkedLibrary("stdc++")]),
      ] : []),
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)
