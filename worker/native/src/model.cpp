// Parameters by name: drawing, reading and replacing them, for every model.
#include "model.h"

#include <algorithm>

#include "rng.h"

namespace adt {
namespace {

constexpr uint32_t kRows = 256;  // read or drawn by a thread at a time

// Elements [from, to) of a parameter as its seed draws them.
void drawElements(const Initial& initial, uint32_t seed, uint64_t from, uint64_t to, float* out) {
  if (initial.kind == Initial::kZero) std::fill_n(out, to - from, 0.0f);
  if (initial.kind == Initial::kUniform)
    for (uint64_t e = from; e < to; ++e) {
      const Words4 draw = philox(seed, static_cast<uint32_t>(e), 0, initial.round, Stream::kInit);
      out[e - from] = initial.scale * (2.0f * unitFloat(draw.word[0]) - 1.0f);
    }
  if (initial.kind != Initial::kNormal) return;
  for (uint64_t quad = from / 4; quad * 4 < to; ++quad) {
    float normal[4];
    normals4(philox(seed, static_cast<uint32_t>(quad), static_cast<uint32_t>(quad >> 32), initial.round,
                    Stream::kInit),
             normal);
    for (uint64_t e = std::max(from, quad * 4); e < std::min(to, quad * 4 + 4); ++e)
      out[e - from] = initial.scale * normal[e % 4];
  }
}

void setRow(const Parameter& parameter, uint32_t row, const float* values) {
  float* to = parameter.table ? parameter.table->row(row) : parameter.dense + size_t{parameter.stride} * row;
  for (uint32_t c = 0; c < parameter.columns; ++c) to[parameter.place(c)] = values[c];
}

}  // namespace

void Model::initialise() {
  for (const Parameter& parameter : parameters_) {
    context_.pool.run(chunksOf(parameter.rows, kRows), [&](uint32_t chunk, unsigned) {
      const uint32_t from = chunk * kRows, to = std::min(from + kRows, parameter.rows);
      std::vector<float> row(parameter.columns);
      for (uint32_t r = from; r < to; ++r) {
        const uint64_t first = uint64_t{r} * parameter.columns;
        drawElements(parameter.initial, context_.seed, first, first + parameter.columns, row.data());
        setRow(parameter, r, row.data());
      }
    });
  }
  parametersChanged();
}

void Model::read(const Parameter& parameter, uint32_t from, uint32_t count, float* to) {
  prepareToRead();
  context_.pool.run(chunksOf(count, kRows), [&](uint32_t chunk, unsigned) {
    const uint32_t at = chunk * kRows;
    readPrepared(parameter, from + at, std::min(kRows, count - at), to + size_t{at} * parameter.columns);
  });
}

void Model::readPrepared(const Parameter& parameter, uint32_t from, uint32_t count, float* to) const {
  std::vector<float> wide;
  const uint32_t width = parameter.table ? parameter.table->width() : 0;
  for (uint32_t begin = 0; begin < count; begin += kRows) {
    const uint32_t end = std::min(begin + kRows, count);
    if (parameter.table) {
      wide.resize(size_t{end - begin} * width);
      context_.kernels.bringUp(context_.adam.gaps(), parameter.table->view(), nullptr, from + begin, from + end,
                               wide.data());
    }
    for (uint32_t r = begin; r < end; ++r) {
      const float* row = parameter.table ? wide.data() + size_t{r - begin} * width
                                         : parameter.dense + size_t{from + r} * parameter.stride;
      for (uint32_t c = 0; c < parameter.columns; ++c)
        to[size_t{r} * parameter.columns + c] = row[parameter.place(c)];
    }
  }
}

void Model::write(const Parameter& parameter, uint32_t from, uint32_t count, const float* values) {
  context_.adam.prepareToRead();
  std::vector<float> row(parameter.table ? parameter.table->width() : 0);
  for (uint32_t r = from; r < from + count; ++r) {
    // Parameters that share a table also share its moments: bring the row up before they are forgotten.
    if (parameter.table) {
      context_.kernels.bringUp(context_.adam.gaps(), parameter.table->view(), nullptr, r, r + 1, row.data());
      parameter.table->reset(r, row.data());
    }
    setRow(parameter, r, values + size_t{r - from} * parameter.columns);
  }
  if (parameter.dense) parametersChanged();
}

void Model::beginRows(Embedding& users, Embedding& items, const Samples& batch) {
  const uint32_t samples = static_cast<uint32_t>(batch.size());
  if (batch.isArranged) {
    users.take(batch.byUser);
    items.take(batch.byItem);
  }
  context_.pool.run(batch.isArranged ? 1 : 3, [&](uint32_t job, unsigned) {
    if (job == 0) context_.adam.prepareToRead();
    if (job == 1) users.group(batch.users.data(), samples);
    if (job == 2) items.group(batch.items.data(), samples);
  });
  context_.pool.run(users.chunks() + items.chunks(), [&](uint32_t chunk, unsigned) {
    if (chunk < users.chunks())
      users.bringUpChunk(context_.kernels, context_.adam.gaps(), chunk);
    else
      items.bringUpChunk(context_.kernels, context_.adam.gaps(), chunk - users.chunks());
  });
}

void Model::readRows(Embedding& table, uint32_t from, uint32_t to, float* out) {
  context_.pool.run(chunksOf(to - from, kRows), [&](uint32_t chunk, unsigned) {
    const uint32_t first = from + chunk * kRows;
    context_.kernels.bringUp(context_.adam.gaps(), table.table().view(), nullptr, first, std::min(first + kRows, to),
                             out + size_t{first - from} * table.width());
  });
}

}  // namespace adt
