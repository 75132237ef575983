// Owns NMTR on GMF: click and satisfaction, two cascaded tasks on shared embeddings.
//
// With z = userGmf_u * itemGmf_i, click = outW . z + outB and satisfaction = click + outW2 . z + outB2: a task's
// prediction builds on the one before it. Gao et al., "Neural multi-task recommendation from multi-behavior data",
// ICDE 2019, section III. Every training interaction is a click, the true positives among them also satisfied; the
// satisfaction ranks.
#pragma once
#include <cstdint>

#include "factor_model.h"

namespace adt {

class Nmtr : public FactorModel {
 public:
  Nmtr(const ModelContext& context, uint32_t factors);

  void backward(const Samples& batch, const float* residual) override;

 private:
  static constexpr uint32_t kTasks = 2;

  void combine(uint32_t from, uint32_t to);

  Floats residual_[kTasks];  // (stride): of the loss by outW . z and by outW2 . z
  Floats gradient_[2];       // (batch, width): by each sample's user row and item row
};

}  // namespace adt
