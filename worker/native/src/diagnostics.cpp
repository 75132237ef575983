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

// The bin of each sample first, negatives in one of their own, then the counting.
void addWeights(const Samples& batch, const float* positiveLoss, const float* sampleLoss,
                std::vector<uint32_t>& weights) {
  constexpr uint32_t kBlock = 64;
  weights.resize(Diagnostics::kBins + 1);
  for (size_t from = 0; from < batch.size(); from += kBlock) {
    const size_t count = std::min<size_t>(kBlock, batch.size() - from);
    uint32_t bins[kBlock];
    for (size_t n = 0; n < count; ++n) {
      // The sample's loss is its weight times the CE. A CE of 0, which has the weight 1, is 0 / 0 here.
      const float weight = sampleLoss[from + n] / positiveLoss[from + n];
      const float scaled = weight < 1.0f ? weight * Diagnostics::kBins : float(Diagnostics::kBins - 1);
      bins[n] = batch.kind[from + n] == Samples::kNegative ? Diagnostics::kBins : static_cast<uint32_t>(scaled);
    }
    for (size_t n = 0; n < count; ++n) ++weights[bins[n]];
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
