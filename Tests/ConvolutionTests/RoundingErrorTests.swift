import ConvolutionFiles
import Foundation
import Testing

@_spi(Tools) @testable import Convolution
@testable import LayerCases

/// How accurate every form of Winograd's algorithm is, measured against float64, is what is promised and documented.
struct RoundingErrorTests {
  @Test func standardFormsKeepTheirPromise() {
    for errors in RoundingErrors.measured {
      guard let form = errors.form, Accuracy.standard.allows(form) else { continue }
      for (channels, error) in zip(RoundingErrors.channels, errors.largest) {
        #expect(error <= 4e-6, "\(form), \(channels) channels")
      }
    }
  }

  /// Other instruction sets sum in another order: their largest errors are a little larger or smaller.
  @Test func documentedErrorsAreThoseMeasured() throws {
    if ProcessInfo.processInfo.environment["CONVOLUTION_WRITE_ERRORS"] == "1" {
      try ErrorTable.write(RoundingErrors.measured)
    }
    let documented = try ErrorTable.documented()
    let measured = RoundingErrors.measured.map(ErrorTable.Row.init)
    #expect(documented.map(\.name) == measured.map(\.name))
    for (documented, measured) in zip(documented, measured) {
      #expect(documented.figures.count == measured.figures.count)
      for (documented, measured) in zip(documented.figures, measured.figures) {
        #expect(measured <= 1.25 * documented && documented <= 2 * measured, "\(measured)")
      }
    }
  }

  /// Every layer of the lists that Winograd's algorithm is chosen for: its first 8 output channels, in a rectangle of at most
  /// 64 outputs in the middle of one image. The samples around it are there too, since a tile reads more than its outputs.
  @Test func layersOfTheListsKeepThePromise() throws {
    var seen: Set<String> = []
    var forms: Set<WinogradForm> = []
    for descriptor in try LayerLists.names.flatMap(LayerLists.layers) {
      let layerCase = LayerCase.normal(descriptor)
      guard seen.insert(layerCase.description).inserted else { continue }
      let most = [64, 8, 4][layerCase.rank - 1]
      let region = layerCase.outputShape[2...].map { extent in
        let begin = max(extent - most, 0) / 2
        return begin..<min(begin + most, extent)
      }
      let plan = try layerCase.plan(
        layerCase.layer(), Setting(instructionSet: Machine.instructionSet), region: region)
      guard let plan, let form = plan.winograd else { continue }
      forms.insert(form)
      let channels = min(layerCase.weightShape[0] / layerCase.groups, 8)
      let reference = Reference(layerCase.cropped(to: region, channels: channels))
      var all = Array(repeating: Float.nan, count: layerCase.outputShape.reduce(1, *))
      try layerCase.run(plan, into: &all)
      let output = part(all, of: layerCase.outputShape, [0..<1, 0..<channels] + region)
      let error = largestDifference(output, reference.values) / reference.largest
      #expect(error <= 4e-6, "\(descriptor.text) \(form)")
    }
    #expect(forms.count > 2)
  }
}
