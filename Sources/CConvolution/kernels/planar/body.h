// Convolution on staged planes: a vector runs over outputs that are side by side in a block (staged_block.h), a tile is
// a panel of outputs x some vectors (strip.h). Sums go to a strip of planes in the workspace, from where the layout's
// part finishes them (planes.h, pixels.h). Packed weights: [panel][input channel][tap][output channel].
#include "work.h"

/// Finishes the outputs at the flat indices first..<end of a block, row by row. The sums of `span` begin with that of
/// `first`.
INLINE void finish_strip(const conv_problem *problem, const conv_operands *image, const staged_block *block,
                         output_span span, int32_t first, int32_t end, finish_function *finish) {
  const float *sums = span.sums;
  int32_t row = first / block->pitch, column = first % block->pitch;
  for (int32_t at = first; at < end; row++, column = 0) {
    span.outputs = least_of(block->width.outputs - column, end - at);
    if (span.outputs > 0) {
      span.sums = sums + (at - first);
      span.output = block->depth * problem->y.axis[0] + (block->row + row) * problem->y.axis[1] +
                    (block->column + column) * problem->y.axis[2];
      finish(problem, image, &span);
    }
    at += block->pitch - column;
  }
}

/// Computes the panels first..<end, of groups that are staged together, on a block.
INLINE void run_panels(const conv_problem *problem, const conv_operands *image, const planar_memory *memory,
                       int32_t first, int32_t end, const planar_layout *layout) {
  const staged_block *block = &memory->block;
  const int32_t panels = group_panels(problem->output_channels), taps = tap_count(problem);
  const int32_t inputs = problem->input_channels, first_group = first / panels;
  const int32_t groups = (end - 1) / panels + 1 - first_group, together = least_of(memory->size.channels, inputs);
  const int64_t strip = (int64_t)memory->vectors * LANES;
  const int32_t first_channel = panel_channel(problem, first);
  output_span span = {.sums = memory->sums, .strip = strip, .channel = first_channel};
  span.channels = panel_channel(problem, end) - first_channel;

  for (int32_t c = 0; c < inputs; c += together) {
    const int32_t channels = least_of(together, inputs - c);
    stage_block(problem, block, image->x + ((ptrdiff_t)first_group * inputs + c) * problem->x.channel,
                groups * channels, layout->channels_at_once, layout->stage_row);
    for (int32_t at = 0; at < block->flat; at += (int32_t)strip) {
      const int32_t last = least_of(at + (int32_t)strip, block->flat);
      for (int32_t panel = first, channel = first_channel, next; panel < end; panel++, channel = next) {
        next = panel_channel(problem, panel + 1);
        const ptrdiff_t filter = (ptrdiff_t)inputs * taps, width = next - channel;
        plane_tile tile = {
            .samples = block->samples + (panel / panels - first_group) * inputs * block->channel + at,
            .channel = block->channel,
            .channels = channels,
            .taps = taps,
            .tap_offset = block->tap_offset,
            .weights = image->packed + channel * filter + c * taps * width,
            .continues = c > 0,
            .sums = memory->sums + (memory->panel_by_panel ? 0 : (channel - first_channel) * strip),
            .strip = strip,
        };
        strips[width - 1](&tile, (last - at + LANES - 1) / LANES);
        if (memory->panel_by_panel) {
          span.channel = channel, span.channels = (int32_t)width;
          finish_strip(problem, image, block, span, at, last, layout->finish);
        }
      }
      if (!memory->panel_by_panel && c + channels == inputs)
        finish_strip(problem, image, block, span, at, last, layout->finish);
    }
  }
}

/// Runs a task block by block, the groups that are staged together one after the other.
INLINE void run_blocks(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace,
                       const planar_layout *layout) {
  planar_memory memory = planar_memory_in(problem, layout, workspace);
  const block_size size = memory.size;
  for (int32_t d = task->first[0]; d < task->end[0]; d++)
    for (int32_t h = task->first[1]; h < task->end[1]; h += size.rows)
      for (int32_t w = task->first[2]; w < task->end[2]; w += size.columns) {
        begin_block(&memory.block, problem, d, h, w, least_of(size.rows, task->end[1] - h),
                    least_of(size.columns, task->end[2] - w));
        for (int32_t first = task->first_panel, end; first < task->end_panel; first = end) {
          end = least_of(first - first % memory.panels + memory.panels, task->end_panel);
          run_panels(problem, image, &memory, first, end, layout);
        }
      }
}

/// The layouts are constants here, so that each has a way of its own without calls through pointers.
static void run(const conv_problem *problem, const conv_operands *image, const conv_task *task, void *workspace) {
  if (problem->layout == CONV_CHANNELS_FIRST) {
    run_blocks(problem, image, task, workspace, &planes);
  } else {
    const planar_layout pixels = pixels_of(problem);
    run_blocks(problem, image, task, workspace, &pixels);
  }
}

static size_t workspace_bytes(const conv_problem *problem) {
  const planar_layout layout = layout_of(problem);
  return planar_memory_in(problem, &layout, NULL).bytes;
}

const conv_kernel SIMD_NAME(conv_planar) = {
    .family = "planar", .algorithm = "direct", .isa = SIMD_ISA, .lanes = LANES, .obstacle = common_obstacle,
    .forms = one_form, .panel_count = panel_count, .panel_channel = panel_channel, .packed_bytes = packed_bytes,
    .pack = pack, .grain = grain, .work = work, .workspace_bytes = workspace_bytes, .run = run,
};
