// Owns what a run of steps tells about denoising: sums over the training interactions in its batches.
#pragma once
#include <cstdint>
#include <vector>

#include "loss.h"
#include "samples.h"

namespace adt {

struct Diagnostics {
  // Weights of R-CE in [n, n + 1) / kBins, 1 in the last bin. 4,096 also tell weights of a small beta apart.
  static constexpr uint32_t kBins = 4096;

  uint64_t seen = 0, seenFalse = 0;    // training interactions; those known to be false positives
  double ceFalse = 0.0, ceTrue = 0.0;  // -ln y over the false ones, and over all others
  uint64_t droppedFalse = 0;
  std::vector<uint32_t> weights;       // (kBins + 1) for R-CE, the last not to be read, else empty

  // One step. positiveLoss, sampleLoss: (batch), as BatchLoss has them.
  void add(const LossOptions& options, const Samples& batch, const float* positiveLoss, const float* sampleLoss,
           const std::vector<uint32_t>& dropped);
};

}  // namespace adt
