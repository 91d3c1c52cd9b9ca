// A layer as Python describes it, and its tensors.
#pragma once

#include <cstdint>
#include <dnnl.hpp>

using dnnl::memory;

/// Lists run over the axes of space, outermost first; dilation is counted from 1.
struct layer {
  int64_t rank, batch, groups, input_channels, output_channels;
  int64_t input[3], output[3], kernel[3], stride[3], dilation[3], before[3], after[3];
  int64_t channels_last, transposed, winograd, training;

  memory::dims axes(const int64_t *list) const { return memory::dims(list, list + rank); }

  /// Dilation as oneDNN counts it, from 0.
  memory::dims gaps() const {
    auto gaps = axes(dilation);
    for (auto &gap : gaps) gap -= 1;
    return gaps;
  }

  /// Input and output, in a plain layout or any.
  memory::desc x(bool plain) const { return image(input_channels, input, plain); }
  memory::desc y(bool plain) const { return image(output_channels, output, plain); }

  memory::desc weights(bool plain) const {
    const layout dense[] = {layout::oiw, layout::oihw, layout::oidhw};
    const layout grouped[] = {layout::goiw, layout::goihw, layout::goidhw};
    return groups == 1
               ? describe({output_channels, input_channels}, kernel, plain ? dense : nullptr)
               : describe(
                     {groups, output_channels / groups, input_channels / groups}, kernel,
                     plain ? grouped : nullptr);
  }

  memory::desc bias() const { return {{output_channels}, memory::data_type::f32, layout::a}; }

 private:
  using layout = memory::format_tag;

  memory::desc image(int64_t channels, const int64_t *extents, bool plain) const {
    const layout first[] = {layout::ncw, layout::nchw, layout::ncdhw};
    const layout last[] = {layout::nwc, layout::nhwc, layout::ndhwc};
    return describe({batch, channels}, extents, plain ? channels_last ? last : first : nullptr);
  }

  memory::desc describe(memory::dims shape, const int64_t *extents, const layout *plain) const {
    shape.insert(shape.end(), extents, extents + rank);
    return {shape, memory::data_type::f32, plain ? plain[rank - 1] : layout::any};
  }
};

/// The tensors of a layer; in training each has a gradient, `GRADIENT` further on.
enum tensor { X, Y, WEIGHTS, BIAS, GRADIENT };
