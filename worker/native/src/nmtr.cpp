// Sends NMTR's derivatives back: each task is a GMF of its own output layer on the same rows.
#include "nmtr.h"

namespace adt {

Nmtr::Nmtr(const ModelContext& context, uint32_t factors) : FactorModel(context, factors, kTasks) {
  for (Floats& residual : residual_) residual = allocateFloats(stride());
  for (Floats& gradient : gradient_) gradient = allocateFloats(size_t{context.batchSize} * width());
}

void Nmtr::backward(const Samples& batch, const float* residual) {
  const uint32_t samples = static_cast<uint32_t>(batch.size());
  for (uint32_t n = 0; n < samples; ++n) {
    residual_[1][n] = residual[stride() + n];
    residual_[0][n] = residual[n] + residual_[1][n];  // the first output is part of both logits
  }
  context_.pool.run(chunksOf(samples, kSamplesPerChunk), [&](uint32_t chunk, unsigned) {
    combine(chunk * kSamplesPerChunk, std::min((chunk + 1) * kSamplesPerChunk, samples));
  });
  const auto from = [&](Embedding& table, const Floats& gradient) {
    RowUpdate update = updateOf(table);
    update.source = gradient.get();
    return update;
  };
  const float* const byTask[kTasks] = {residual_[0].get(), residual_[1].get()};
  update(from(users_, gradient_[0]), from(items_, gradient_[1]), byTask, samples);
}

// A sample's gradient by z is a sum over both outputs, so that it can't be one number times one vector as in GMF.
void Nmtr::combine(uint32_t from, uint32_t to) {
  for (uint32_t n = from; n < to; ++n) {
    const float* user = users_.current() + size_t{width()} * users_.rowOfSample()[n];
    const float* item = items_.current() + size_t{width()} * items_.rowOfSample()[n];
    float* byUser = gradient_[0].get() + size_t{width()} * n;
    float* byItem = gradient_[1].get() + size_t{width()} * n;
    for (uint32_t f = 0; f < width(); ++f) {
      const float byProduct = residual_[0][n] * out(0)[f] + residual_[1][n] * out(1)[f];
      byUser[f] = byProduct * item[f];
      byItem[f] = byProduct * user[f];
    }
  }
}

}  // namespace adt
