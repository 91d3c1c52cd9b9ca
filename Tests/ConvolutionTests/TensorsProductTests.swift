import CConvolution
import TestSupport
import Testing

@testable import LayerCases

/// Matrix products against float64: each matrix as it lies, turned, or with gaps.
struct TensorsProductTests {
  private static let sizes = [
    (1, 1, 1), (1, 70, 300), (3, 40, 17), (300, 9, 1), (64, 64, 64), (15, 300, 33), (130, 20, 270),
    (4, 0, 5), (0, 3, 4),
    (5, 7, 2),
  ]

  @Test(arguments: sizes)
  func productsComputeWhatFloat64Does(m: Int, k: Int, n: Int) {
    var random = SplitMix64(seed: m * n + k)
    for (aRow, aColumn) in [(k, 1), (1, m), (2 * k + 1, 2)] {
      for (bRow, bColumn) in [(n, 1), (1, k), (3 * n, 3)] {
        let aSize = m * max(aRow, 1) + k * aColumn
        let bSize = k * max(bRow, 1) + n * bColumn
        // The second product is of the matrices the other way round.
        let (a, b) = (random.floats(2 * aSize), random.floats(2 * bSize))
        let (aBegins, bBegins) = ([0, aSize], [bSize, 0])
        var expected: [Double] = []
        for product in 0..<2 {
          for i in 0..<m {
            for j in 0..<n {
              expected.append(
                (0..<k).reduce(0) { sum, l in
                  sum + Double(a[aBegins[product] + i * aRow + l * aColumn])
                    * Double(b[bBegins[product] + l * bRow + j * bColumn])
                })
            }
          }
        }
        for set in instructionSets {
          let y = int64s(aBegins).withUnsafeBufferPointer { aBegins in
            int64s(bBegins).withUnsafeBufferPointer { bBegins in
              var products = conv_products()
              (products.m, products.k, products.n) = (Int64(m), Int64(k), Int64(n))
              (products.a_row, products.a_column) = (Int64(aRow), Int64(aColumn))
              (products.b_row, products.b_column) = (Int64(bRow), Int64(bColumn))
              (products.count, products.a, products.b) = (
                2, aBegins.baseAddress, bBegins.baseAddress
              )
              return sameOnThreads(
                count: expected.count, workspaceBytes: conv_products_workspace_bytes(set, &products)
              ) { y, threads, workspace in
                conv_run_products(set, &products, a, b, y, threads, workspace)
              }
            }
          }
          #expect(y != nil, "threads change bits")
          #expect(largestDifference(y ?? [], expected) < 2e-5)
        }
      }
    }
  }
}
