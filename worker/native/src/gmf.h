// Owns the GMF model: two tables and an output layer.
//
// logit(u, i) = outW . (userGmf_u * itemGmf_i) + outB. He et al., "Neural collaborative filtering", WWW 2017, eq. 9.
#pragma once
#include <cstdint>

#include "factor_model.h"

namespace adt {

class Gmf : public FactorModel {
 public:
  Gmf(const ModelContext& context, uint32_t factors) : FactorModel(context, factors, 1) {}

  void backward(const Samples& batch, const float* residual) override;
};

}  // namespace adt
