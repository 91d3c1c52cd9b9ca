import CConvolution

/// One way to compute a problem: a kernel that takes it, in one of the kernel's forms.
struct Way: @unchecked Sendable {
  let kernel: Kernel
  /// The tiles of Winograd's algorithm; nil with any other.
  let winograd: WinogradForm?
  /// The problem with the form set, of the whole input and output.
  let problem: conv_problem

  /// Every way of a kernel.
  ///
  /// - Throws: `Obstacle` where it does not take the problem.
  static func all(_ kernel: Kernel, _ problem: Problem) throws(Obstacle) -> [Way] {
    var base = problem.base
    if let obstacle = kernel.entry.pointee.obstacle(&base) {
      throw Obstacle(kernel: kernel, reason: String(cString: obstacle))
    }
    let forms = [conv_form](unsafeUninitializedCapacity: Int(CONV_MOST_FORMS)) { forms, count in
      count = Int(kernel.entry.pointee.forms(&base, forms.baseAddress))
    }
    return forms.map { form in
      var formed = base
      formed.form = form
      return Way(
        kernel: kernel, winograd: WinogradForm(form, of: problem.geometry), problem: formed)
    }
  }

  /// Why a kernel does not take a problem.
  struct Obstacle: Error {
    let kernel: Kernel
    /// What the problem has.
    let reason: String
  }

  /// Tells apart what weights are packed for.
  struct Identity: Hashable {
    let kernel: UnsafeRawPointer
    let tile: [Int]
  }

  var identity: Identity {
    Identity(kernel: UnsafeRawPointer(kernel.entry), tile: winograd?.tile ?? [])
  }

  /// `dense_channels_last`, or `F(4x4,3x3)`.
  var name: String { winograd?.description.filter { $0 != " " } ?? kernel.family }
}

// MARK: - What the kernel says of it

extension Way {
  var panelCount: Int { ask { Int(kernel.entry.pointee.panel_count($0)) } }
  /// The output channels of a task's panels.
  func channels(of task: conv_task) -> Range<Int> {
    let ends = [task.first_panel, task.end_panel].map { panel in
      ask { Int(kernel.entry.pointee.panel_channel($0, panel)) }
    }
    return ends[0]..<ends[1]
  }
  /// Of all groups.
  var inputChannels: Int { Int(problem.groups) * Int(problem.input_channels) }
  var outputChannels: Int { Int(problem.groups) * Int(problem.output_channels) }
  var packedBytes: Int { ask { kernel.entry.pointee.packed_bytes($0) } }
  var grain: conv_grain { ask { kernel.entry.pointee.grain($0) } }

  func work(_ task: conv_task) -> conv_work {
    withUnsafePointer(to: task) { task in ask { kernel.entry.pointee.work($0, task) } }
  }

  /// - Parameter threads: at most.
  func pack(
    _ weights: UnsafePointer<conv_weights>, into packed: UnsafeMutableRawPointer, threads: Int
  ) {
    ask { conv_pack(kernel.entry, $0, weights, Int32(threads), packed) }
  }

  private func ask<Answer>(_ question: (UnsafePointer<conv_problem>) -> Answer) -> Answer {
    withUnsafePointer(to: problem, question)
  }
}
