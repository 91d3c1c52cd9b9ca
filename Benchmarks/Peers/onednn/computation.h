// A layer, or a step of its training, as oneDNN computes it fastest between plain tensors.
#pragma once

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "layer.h"
#include "program.h"

class computation {
 public:
  const layer l;
  /// As `tensor` counts them.
  std::vector<memory> tensors;

  computation(const layer &l, const float *weights, const float *bias)
      : l(l), engine(dnnl::engine::kind::cpu, 0), stream(engine) {
    for (int gradients = 0; gradients <= l.training; gradients++)
      for (const auto &description : {l.x(true), l.y(true), l.weights(true), l.bias()})
        tensors.emplace_back(description, engine);
    write(WEIGHTS, weights);
    write(BIAS, bias);

    // To reorder to the layouts that oneDNN likes best and back, or to compute on the plain ones.
    consider(false);
    if (!l.winograd) consider(true);
    if (!fastest) throw std::runtime_error(problem);
  }

  void run() { fastest->run(stream); }

  void write(int tensor, const float *values) {
    auto *mapped = tensors[tensor].map_data<float>();
    std::copy_n(values, count(tensor), mapped);
    tensors[tensor].unmap_data(mapped);
  }

  void read(int tensor, float *values) {
    auto *mapped = tensors[tensor].map_data<float>();
    std::copy_n(mapped, count(tensor), values);
    tensors[tensor].unmap_data(mapped);
  }

 private:
  dnnl::engine engine;
  dnnl::stream stream;
  std::optional<program> fastest;
  double seconds = 0;
  std::string problem;

  size_t count(int tensor) const { return tensors[tensor].get_desc().get_size() / sizeof(float); }

  /// Takes the program on images in plain layouts or any if there is one, and it is the fastest yet.
  void consider(bool plain) {
    try {
      const auto candidate = l.training     ? training(plain)
                             : l.transposed ? forward<dnnl::deconvolution_forward>(plain)
                                            : forward<dnnl::convolution_forward>(plain);
      const double candidate_seconds = candidate.time(stream);
      if (fastest && seconds <= candidate_seconds) return;
      fastest = candidate;
      seconds = candidate_seconds;
    } catch (const dnnl::error &failure) {
      problem = failure.what();
    }
  }

  /// Weights are packed before.
  template <class primitive>
  program forward(bool plain) {
    const auto description = describe<primitive>(dnnl::prop_kind::forward_inference, plain);
    memory packed(description.weights_desc(), engine);
    dnnl::reorder(tensors[WEIGHTS], packed).execute(stream, tensors[WEIGHTS], packed);
    program made(engine);
    add(made, description, packed);
    return made;
  }

  /// Weights are new every time.
  program training(bool plain) {
    using dnnl::convolution_backward_data, dnnl::convolution_backward_weights, dnnl::convolution_forward;
    const auto x = l.x(plain), y = l.y(plain);
    const auto ahead = describe<convolution_forward>(dnnl::prop_kind::forward_training, plain);
    const auto data = describe_back<convolution_backward_data>(ahead, x, l.weights(false), y);
    const auto weights =
        describe_back<convolution_backward_weights>(ahead, x, l.weights(false), l.bias(), y);
    const auto &dy = tensors[GRADIENT + Y];
    program made(engine);
    add(made, ahead, tensors[WEIGHTS]);
    made.add(
        convolution_backward_data(data),
        {{DNNL_ARG_DIFF_DST, dy, data.diff_dst_desc()},
         {DNNL_ARG_WEIGHTS, tensors[WEIGHTS], data.weights_desc()}},
        {{DNNL_ARG_DIFF_SRC, tensors[GRADIENT + X], data.diff_src_desc()}});
    made.add(
        convolution_backward_weights(weights),
        {{DNNL_ARG_DIFF_DST, dy, weights.diff_dst_desc()}, {DNNL_ARG_SRC, tensors[X], weights.src_desc()}},
        {{DNNL_ARG_DIFF_WEIGHTS, tensors[GRADIENT + WEIGHTS], weights.diff_weights_desc()},
         {DNNL_ARG_DIFF_BIAS, tensors[GRADIENT + BIAS], weights.diff_bias_desc()}});
    return made;
  }

  template <class description>
  void add(program &made, const description &forward, const memory &weights) {
    made.add(
        dnnl::primitive(forward.get()),
        {{DNNL_ARG_SRC, tensors[X], forward.src_desc()},
         {DNNL_ARG_WEIGHTS, weights, forward.weights_desc()},
         {DNNL_ARG_BIAS, tensors[BIAS], forward.bias_desc()}},
        {{DNNL_ARG_DST, tensors[Y], forward.dst_desc()}});
  }

  template <class primitive>
  typename primitive::primitive_desc describe(dnnl::prop_kind kind, bool plain) {
    using dnnl::algorithm;
    const auto direct = l.transposed ? algorithm::deconvolution_direct : algorithm::convolution_direct;
    const auto winograd = l.transposed ? algorithm::deconvolution_winograd : algorithm::convolution_winograd;
    const auto chosen = l.winograd ? winograd : direct;
    const auto x = l.x(plain), weights = l.weights(false), bias = l.bias(), y = l.y(plain);
    const auto stride = l.axes(l.stride), gaps = l.gaps(), before = l.axes(l.before), after = l.axes(l.after);
#if DNNL_VERSION_MAJOR < 3
    return {{kind, chosen, x, weights, bias, y, stride, gaps, before, after}, engine};
#else
    return {engine, kind, chosen, x, weights, bias, y, stride, gaps, before, after};
#endif
  }

  /// - Parameter tensors: what the primitive is to compute from, and what it is to write.
  template <class primitive, class... descriptions>
  typename primitive::primitive_desc describe_back(
      const dnnl::convolution_forward::primitive_desc &ahead, const descriptions &...tensors) {
    const auto direct = dnnl::algorithm::convolution_direct;
    const auto stride = l.axes(l.stride), gaps = l.gaps(), before = l.axes(l.before), after = l.axes(l.after);
#if DNNL_VERSION_MAJOR < 3
    return {{direct, tensors..., stride, gaps, before, after}, engine, ahead};
#else
    return {engine, direct, tensors..., stride, gaps, before, after, ahead};
#endif
  }
};
