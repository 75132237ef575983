// Adds up diagnostics in sample order, without a branch on the data: half the samples are positives, at random.
#include "diagnostics.h"

#include <algorithm>

namespace adt {
namespace {

// Sums of the three kinds by turns, so that no addition waits for the one before it.
constexpr uint32_t kTurns = 4;

struct Sums {
  double ce[kTurns][3] = {};
  uint32_t count[kTurns][3] = {};
};

void addWeights(const Samples& batch, const float* positiveLoss, const float* sampleLoss,
                std::vector<uint32_t>& weights) {
  weights.resize(Diagnostics::kBins);
  for (size_t n = 0; n < batch.size(); ++n) {
    if (batch.kind[n] == Samples::kNegative) continue;
    // The sample's loss is its weight times the CE; a CE of 0 has the weight 1.
    const float weight = positiveLoss[n] > 0.0f ? sampleLoss[n] / positiveLoss[n] : 1.0f;
    if (!(weight >= 0.0f)) continue;  // not a number: the run ends at this step
    ++weights[std::min(static_cast<uint32_t>(weight * Diagnostics::kBins), Diagnostics::kBins - 1)];
  }
}

}  // namespace

void Diagnostics::add(const LossOptions& options, const Samples& batch, const float* positiveLoss,
                      const float* sampleLoss, const std::vector<uint32_t>& dropped) {
  Sums sums;
  for (size_t n = 0; n < batch.size(); ++n) {
    const uint8_t kind = batch.kind[n];
    sums.ce[n % kTurns][kind] += positiveLoss[n];
    ++sums.count[n % kTurns][kind];
  }
  for (uint32_t turn = 0; turn < kTurns; ++turn) {
    ceTrue += sums.ce[turn][Samples::kPositive];
    ceFalse += sums.ce[turn][Samples::kFalsePositive];
    seenFalse += sums.count[turn][Samples::kFalsePositive];
    seen += sums.count[turn][Samples::kPositive] + sums.count[turn][Samples::kFalsePositive];
  }
  for (uint32_t n : dropped) droppedFalse += batch.kind[n] == Samples::kFalsePositive;
  if (options.kind == LossKind::kReweighted) addWeights(batch, positiveLoss, sampleLoss, weights);
}

}  // namespace adt
