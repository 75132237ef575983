// Owns which loss a training has, and T-CE's choice of the samples it drops.
//
// Wang et al., "Denoising implicit feedback for recommendation", WSDM 2021, sections 3.2 and 3.3. The baselines of its
// Table 4 know the false positives: NR takes them for negatives and weights these apart from the sampled ones; NMTR
// is the sum of two tasks' losses (nmtr.h). Clean training is CE on fewer interactions.
#pragma once
#include <cstdint>
#include <vector>

namespace adt {

enum class LossKind { kCe, kTruncated, kReweighted, kFeedback, kCascade };

struct LossOptions {
  LossKind kind;
  double epsMax, epsN;  // T-CE
  double beta;          // R-CE
  double falseWeight, negativeWeight;  // NR: of known false positives, of sampled negatives
  double clickWeight;                  // NMTR: of the click's loss; the satisfaction's has the rest to 1
};

// Logits that a sample has.
inline uint32_t logitsOf(const LossOptions& options) { return options.kind == LossKind::kCascade ? 2 : 1; }

// Whether a known false positive is labelled as a negative.
inline bool takesFalseForNegative(const LossOptions& options) { return options.kind == LossKind::kFeedback; }

// T-CE: how many of `samples` are dropped at iteration t (from 1), if there are as many positives:
// floor(epsMax * min(t / epsN, 1) * samples). 0 for the other losses.
uint32_t dropCount(const LossOptions& options, uint64_t t, uint32_t samples);

// The exponent of the weight that R-CE gives; 0 for the other losses.
inline float weightExponent(const LossOptions& options) {
  return options.kind == LossKind::kReweighted ? static_cast<float>(options.beta) : 0.0f;
}

// Chooses the `drop` positives (sign < 0) of largest loss, ties to the smaller position, into `dropped`,
// ascending. Fewer if there are fewer positives. `keys` is working memory.
void chooseDropped(const float* loss, const float* sign, uint32_t samples, uint32_t drop,
                   std::vector<uint64_t>& keys, std::vector<uint32_t>& dropped);

}  // namespace adt
