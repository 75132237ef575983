// Owns the CDAE model: an autoencoder of a user's corrupted history, with a row of his own.
//
// z_u = sigmoid(scale * sum_j itemIn_j + userIn_u + hiddenB) over the history items that the step kept, scale =
// 1 / (1 - corruption); logit(u, i) = itemOut_i . z_u + itemOutB_i. Evaluations read the whole history, unscaled.
// Wu et al., "Collaborative denoising auto-encoders for top-N recommender systems", WSDM 2016, eq. 3 and 4.
//
// A row of itemOut has the item's bias as its last column, and z a 1 there: one product and one update do for both.
#pragma once
#include <cstdint>

#include "model.h"

namespace adt {

class Cdae : public Model {
 public:
  // itemIn, userIn and itemOut start N(0, 2 / (items + hidden)), biases 0.
  Cdae(const ModelContext& context, uint32_t hidden, double corruption);

  void begin(const Samples& batch) override;
  void forward(const Samples& batch, float* logit) override;
  void backward(const Samples& batch, const float* residual) override;

  void releaseStep() override;
  bool pairsByUser() const override { return true; }
  uint32_t pairBlock() const override { return evaluationBlock(userIn_.rows(), width()); }
  void prepareForPairs(const uint32_t* ids, uint32_t count) override;
  uint32_t rankBlock() const override { return evaluationBlock(itemOut_.rows(), width()); }
  void prepareUsers(const uint32_t* users, uint32_t count) override;
  void prepareForRanking(uint32_t from, uint32_t to) override;
  std::unique_ptr<Scorer> scorer() override;

 private:
  class CdaeScorer;

  // Inputs are summed in so many parts, each of whole items: the same parts for any number of threads.
  static constexpr uint32_t kParts = 4;

  uint32_t width() const { return itemOut_.width(); }
  // Users [0, count) of z, from sums that lie in kParts buffers or in one.
  void encode(const EncodeView& view, uint32_t from, uint32_t to) const;
  PairsView pairs() const;
  void divideInputs();

  uint32_t hidden_;
  float scale_;
  Embedding itemIn_, userIn_, itemOut_;
  Floats hiddenB_, biasGradient_;           // p, m, v of (width); (width)
  Floats ones_;                             // (width + kLanes): the weights of a plain product, bias 0
  // (kParts, users of the batch, width): a step's sums. Once z is there the parts hold what follows from it: z, the
  // derivative by its input, that times scale, and the batch's rows of itemOut, (items of the batch, width). Only while
  // there are steps.
  Floats work_;
  float* part(uint32_t number) const { return work_.get() + size_t{number} * userIn_.groups().count() * width(); }
  float* z() const { return part(0); }
  float* gradient() const { return part(1); }
  float* scaledGradient() const { return part(2); }
  float* items() const { return part(3); }
  std::vector<uint32_t> userOfInput_, identity_;
  uint32_t partStarts_[kParts + 1] = {};    // groups of the inputs
  uint32_t rowOf(uint32_t user) const;  // in users_
  void encodeUsers(const uint32_t* users, uint32_t count, float* to);

  // Only while there are evaluations. Pairs: z of users_, (width). Rankings: panels of items [first, end) of itemOut,
  // (hidden + 1, 16), and z of users_, (kRankedUsers, width).
  Floats evaluation_, rankedZ_;
  void takeEvaluation();
  uint32_t first_ = 0, end_ = 0;
  std::vector<uint32_t> users_;             // whom the last evaluation was prepared for, ascending
};

}  // namespace adt
