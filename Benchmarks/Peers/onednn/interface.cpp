// oneDNN behind a C interface for ctypes: a computation is made once, then run on plain tensors.
#include <algorithm>
#include <string>

#include "computation.h"

static std::string problem;

extern "C" {

/// Null where oneDNN has no such primitive; `convolution_problem` then says why.
void *convolution_make(const layer *l, const float *weights, const float *bias) {
  try {
    return new computation(*l, weights, bias);
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

void convolution_free(void *made) { delete static_cast<computation *>(made); }

void convolution_run(void *made) { static_cast<computation *>(made)->run(); }

void convolution_write(void *made, int tensor, const float *values) {
  static_cast<computation *>(made)->write(tensor, values);
}

void convolution_read(void *made, int tensor, float *values) {
  static_cast<computation *>(made)->read(tensor, values);
}

/// Writes the input of a 2-D layer from `x`, an image without its padding: row i is row `rows[i]` of it, column j is
/// column `columns[j]`, and the `width` columns from `left` on are its own.
void convolution_pad_input(
    void *made, const float *x, const int64_t *rows, const int64_t *columns, int64_t height, int64_t width,
    int64_t left) {
  auto &c = *static_cast<computation *>(made);
  const layer &l = c.l;
  const int64_t planes = l.channels_last ? l.batch : l.batch * l.input_channels;
  const int64_t sample = l.channels_last ? l.input_channels : 1;
  const int64_t padded_height = l.input[0], padded_width = l.input[1];
  float *padded = c.tensors[X].map_data<float>();
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
  c.tensors[X].unmap_data(padded);
}
}
