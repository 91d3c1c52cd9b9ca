// A convolution of oneDNN behind a C interface for ctypes: made once, then run on plain tensors.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <dnnl.hpp>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace {

using dnnl::memory;
using layout = memory::format_tag;
using step = std::pair<dnnl::primitive, std::unordered_map<int, memory>>;

constexpr auto f32 = memory::data_type::f32;
std::string problem;

/// What Python describes. Lists run over the axes of space, outermost first; dilation is counted from 1.
struct layer {
  int64_t rank, batch, groups, input_channels, output_channels;
  int64_t input[3], output[3], kernel[3], stride[3], dilation[3], before[3], after[3];
  int64_t channels_last, winograd;

  memory::dims axes(const int64_t *list) const { return memory::dims(list, list + rank); }

  memory::dims shape(memory::dims front, const int64_t *list) const {
    front.insert(front.end(), list, list + rank);
    return front;
  }
};

class convolution {
 public:
  convolution(const layer &l, const float *weights, const float *bias)
      : l(l), engine(dnnl::engine::kind::cpu, 0), stream(engine) {
    const layout first[] = {layout::ncw, layout::nchw, layout::ncdhw};
    const layout last[] = {layout::nwc, layout::nhwc, layout::ndhwc};
    const layout dense[] = {layout::oiw, layout::oihw, layout::oidhw};
    const layout grouped[] = {layout::goiw, layout::goihw, layout::goidhw};
    const int64_t i = l.rank - 1, g = l.groups;
    const layout plain = l.channels_last ? last[i] : first[i];
    const auto x_shape = l.shape({l.batch, l.input_channels}, l.input);
    const auto y_shape = l.shape({l.batch, l.output_channels}, l.output);
    weight_shape = g == 1 ? l.shape({l.output_channels, l.input_channels}, l.kernel)
                          : l.shape({g, l.output_channels / g, l.input_channels / g}, l.kernel);
    x = memory({x_shape, f32, plain}, engine);
    y = memory({y_shape, f32, plain}, engine);
    plain_weights = memory({weight_shape, f32, g == 1 ? dense[i] : grouped[i]}, engine);
    plain_bias = memory({{l.output_channels}, f32, layout::a}, engine);
    write(plain_weights, weights);
    write(plain_bias, bias);

    // The faster one: to reorder to the layouts that oneDNN likes best and back, or to compute on the plain ones.
    consider({x_shape, f32, layout::any}, {y_shape, f32, layout::any});
    if (!l.winograd) consider(x.get_desc(), y.get_desc());
    if (steps.empty()) throw std::runtime_error(problem);
  }

  void run() { run(steps); }

  static void write(memory &target, const float *values) {
    float *mapped = target.map_data<float>();
    std::copy_n(values, target.get_desc().get_size() / sizeof(float), mapped);
    target.unmap_data(mapped);
  }

  const layer l;
  memory x, y;

 private:
  dnnl::engine engine;
  dnnl::stream stream;
  memory::dims weight_shape;
  memory plain_weights, plain_bias;
  std::vector<step> steps;
  double seconds = 0;

  /// Takes the convolution from a source to a target of these layouts if there is one, and it is the fastest yet.
  void consider(const memory::desc &source, const memory::desc &target) {
    try {
      const auto candidate = make(source, target);
      const double candidate_seconds = time(candidate);
      if (!steps.empty() && seconds <= candidate_seconds) return;
      steps = candidate;
      seconds = candidate_seconds;
    } catch (const dnnl::error &failure) {
      problem = failure.what();
    }
  }

  std::vector<step> make(const memory::desc &source, const memory::desc &target) {
    const auto description = describe(source, target);
    memory weights(description.weights_desc(), engine);
    dnnl::reorder(plain_weights, weights).execute(stream, plain_weights, weights);
    memory from = x, to = y;
    std::vector<step> made;
    if (description.src_desc() != x.get_desc()) {
      from = memory(description.src_desc(), engine);
      made.push_back({dnnl::reorder(x, from), {{DNNL_ARG_FROM, x}, {DNNL_ARG_TO, from}}});
    }
    if (description.dst_desc() != y.get_desc()) to = memory(description.dst_desc(), engine);
    made.push_back(
        {dnnl::convolution_forward(description),
         {{DNNL_ARG_SRC, from}, {DNNL_ARG_WEIGHTS, weights}, {DNNL_ARG_BIAS, plain_bias}, {DNNL_ARG_DST, to}}});
    if (description.dst_desc() != y.get_desc())
      made.push_back({dnnl::reorder(to, y), {{DNNL_ARG_FROM, to}, {DNNL_ARG_TO, y}}});
    return made;
  }

  dnnl::convolution_forward::primitive_desc describe(const memory::desc &source, const memory::desc &target) {
    const auto kind = dnnl::prop_kind::forward_inference;
    const auto algorithm =
        l.winograd ? dnnl::algorithm::convolution_winograd : dnnl::algorithm::convolution_direct;
    const memory::desc weights(weight_shape, f32, layout::any), bias = plain_bias.get_desc();
    auto dilation = l.axes(l.dilation);
    for (auto &gap : dilation) gap -= 1;
    const auto stride = l.axes(l.stride), before = l.axes(l.before), after = l.axes(l.after);
#if DNNL_VERSION_MAJOR < 3
    return {{kind, algorithm, source, weights, bias, target, stride, dilation, before, after}, engine};
#else
    return {engine, kind, algorithm, source, weights, bias, target, stride, dilation, before, after};
#endif
  }

  void run(const std::vector<step> &steps) {
    for (const auto &[primitive, arguments] : steps) primitive.execute(stream, arguments);
    stream.wait();
  }

  /// The best of some runs, of a slow one of two.
  double time(const std::vector<step> &steps) {
    double best = INFINITY, total = 0;
    for (int i = 0; i < 2 || (i < 5 && total < 0.05); i++) {
      const auto start = std::chrono::steady_clock::now();
      run(steps);
      const double taken = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      best = std::min(best, taken);
      total += taken;
    }
    return best;
  }
};

}  // namespace

extern "C" {

/// Null where oneDNN has no such convolution; `convolution_problem` then says why.
void *convolution_make(const layer *l, const float *weights, const float *bias) {
  try {
    return new convolution(*l, weights, bias);
  } catch (const std::exception &failure) {
    problem = failure.what();
    return nullptr;
  }
}

const char *convolution_problem() { return problem.c_str(); }

const char *convolution_version() {
  static const auto *v = dnnl_version();
  static const auto text =
      std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch);
  return text.c_str();
}

void convolution_free(void *made) { delete static_cast<convolution *>(made); }

void convolution_run(void *made) { static_cast<convolution *>(made)->run(); }

void convolution_write_input(void *made, const float *x) {
  convolution::write(static_cast<convolution *>(made)->x, x);
}

/// Writes the input of a 2-D layer from `x`, an image without its padding: row i is row `rows[i]` of it, column j is
/// column `columns[j]`, and the `width` columns from `left` on are its own.
void convolution_pad_input(
    void *made, const float *x, const int64_t *rows, const int64_t *columns, int64_t height, int64_t width,
    int64_t left) {
  auto *c = static_cast<convolution *>(made);
  const layer &l = c->l;
  const int64_t planes = l.channels_last ? l.batch : l.batch * l.input_channels;
  const int64_t sample = l.channels_last ? l.input_channels : 1;
  const int64_t padded_height = l.input[0], padded_width = l.input[1];
  float *padded = c->x.map_data<float>();
#pragma omp parallel for collapse(2)
  for (int64_t plane = 0; plane < planes; plane++)
    for (int64_t i = 0; i < padded_height; i++) {
      const float *from = x + (plane * height + rows[i]) * width * sample;
      float *to = padded + (plane * padded_height + i) * padded_width * sample;
      const auto copy = [&](int64_t j, int64_t count) {
        std::copy_n(from + columns[j] * sample, count * sample, to + j * sample);
      };
      for (int64_t j = 0; j < left; j++) copy(j, 1);
      copy(left, width);
      for (int64_t j = left + width; j < padded_width; j++) copy(j, 1);
    }
  c->x.unmap_data(padded);
}

void convolution_read_output(void *made, float *y) {
  auto *c = static_cast<convolution *>(made);
  float *mapped = c->y.map_data<float>();
  std::copy_n(mapped, c->y.get_desc().get_size() / sizeof(float), y);
  c->y.unmap_data(mapped);
}
}
