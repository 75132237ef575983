// Owns the border to the SIMD kernels: plain structs and pointers, nothing that a compiler could share between
// instruction sets.
#pragma once
#include <cstddef>
#include <cstdint>

namespace adt {

// Rows that a step or an evaluation works on are padded to whole groups of this many lanes, whatever the machine's own
// vector width; every sum over floats keeps this many partial sums. That is what makes the bits the same on every CPU.
constexpr uint32_t kLanes = 16;

constexpr uint32_t padded(uint32_t n) { return (n + kLanes - 1) / kLanes * kLanes; }

// A table of parameters with Adam's two moments beside them: row r is p[stored], m[stored], v[stored] at
// cells + 3 * stored * r; all beyond `stored` is 0. last[r] is the step of the row's last update, 0 for never.
struct RowsView {
  float* cells;
  uint32_t* last;
  uint32_t width;   // of a row to work on, whole lanes
  uint32_t stored;  // of a row in memory, not more than width
};

// What a row last updated at some step t has to do to be as of a later step (adam.h has the formula).
struct Gap {
  float gain;            // lr * C * U
  float shift;           // eps * U
  float m2, m3, m4, m5;  // central moments of u / U
};

// All gaps that end at one step.
struct GapView {
  uint32_t end;             // rows are brought to their state after this step
  uint32_t seriesFrom;      // rows last updated before it are first replayed up to min(end, seriesFrom)
  uint32_t longest;         // gaps up to this are in byGap; longer ones count as infinite and are in byStart
  uint32_t lastStart;       // byStart[lastStart] holds for every later start
  const Gap* byGap;         // [k], k in 1..longest
  const Gap* byStart;       // [t], t in seriesFrom..lastStart
  const float* stepGain;    // [t] lr / (1 - b1^t), t up to seriesFrom
  const float* stepScale;   // [t] 1 / sqrt(1 - b2^t)
  const float* decay1;      // [s] b1^s, s in 0..replayLimit
  const float* rootDecay2;  // [s] sqrt(b2^s)
  uint32_t replayLimit;     // after so many steps the momentum is nothing: a replay ends there
  float eps;
};

// What one step does with a gradient.
struct AdamStep {
  uint32_t step;
  float rest1, rest2;   // 1 - b1, 1 - b2
  float gain;           // lr / (1 - b1^step)
  float scale;          // 1 / sqrt(1 - b2^step)
  float eps;
  const float* decay1;  // [k] b1^k, k in 0..decay1Limit; 0 after it
  uint32_t decay1Limit;
  const double* decay2Low;   // b2^k = low[k % 1024] * high[k / 1024]; 0 from decay2End on
  const double* decay2High;
  uint64_t decay2End;
};

// Samples as rows of two dense (rows, width) buffers.
struct PairsView {
  const float* user;
  const uint32_t* userRow;
  const float* item;
  const uint32_t* itemRow;
  const float* out;  // (width) weights, then kLanes of which the first is the bias
  uint32_t width;
};

struct LossView {
  const float* sign;    // -1: positive, +1: negative
  const float* logit;
  float beta;           // R-CE's exponent; 0 for CE and T-CE
  float scale;          // 1 / samples that count
  float* loss;          // R-CE's weight included
  float* residual;      // d(mean loss)/d(logit)
};

// Which samples of a batch belong to each of its distinct rows, in sample order.
struct GroupsView {
  const uint32_t* ids;      // (groups) row of the table
  const uint32_t* starts;   // (groups + 1)
  const uint32_t* samples;  // (batch)
};

// The gradient of a row is factor * sum over its samples s of weight[s] * source[sourceRow[s]].
struct RowUpdate {
  GroupsView groups;
  RowsView rows;
  const float* current;       // (groups, width): the rows as of the step before
  const float* weight;        // (batch); nullptr: 1
  const float* source;        // (any, width)
  const uint32_t* sourceRow;  // (batch); nullptr: the sample's own number
  const float* factor;        // (width); nullptr: 1
  AdamStep step;
  const GapView* gaps = nullptr;  // without `current`: the rows are brought up from the table
};

// C(r, c) = start + sum over k, ascending, of A(r, k) B(k, c), each term by one fused multiply-add; then relu or gate.
struct Product {
  const float* a;  // A(r, k) = a[aRow r + aStep k]
  size_t aRow, aStep;
  const float* b;  // B(k, c) = b[bStep k + c]
  size_t bStep;
  float* c;        // C(r, c) = c[cRow r + c]
  size_t cRow;
  uint32_t depth, columns;  // columns a multiple of kLanes

  // The start, at most one: start[startRow r + c], a bias a column; else 0.
  const float* start = nullptr;
  size_t startRow = 0;
  const float* columnBias = nullptr;
  bool relu = false;
  const float* gate = nullptr;  // where gate[gateRow r + c] is not positive, C(r, c) becomes 0
  size_t gateRow = 0;

  // (depth), ascending: the k that are summed over; nullptr: all below `depth`.
  const uint32_t* steps = nullptr;
};

// Items that NeuMF ranks together: their activations are rows of so many floats.
constexpr uint32_t kTileItems = 2 * kLanes;

// NeuMF's samples before the output layer, which reads [user * item, tower].
struct MergeView {
  const float* user;        // rows of rowWidth floats, of which the first gmfWidth are read
  const uint32_t* userRow;
  const float* item;
  const uint32_t* itemRow;
  size_t rowWidth;
  const float* tower;       // (batch, gmfWidth)
  uint32_t gmfWidth;
  const float* out;         // (2 gmfWidth) weights, then kLanes of which the first is the bias
};

struct MergeGradients {
  float* user;   // (batch, rowWidth), of which the first gmfWidth are written
  float* item;
  float* tower;  // (batch, gmfWidth), through the tower's last ReLU
};

// Columns of a table at most, so that a row fits on the stack.
constexpr uint32_t kMostColumns = 4096 + 512 + kLanes;

// The inputs of an encoder, grouped by item.
struct EncodeInputs {
  GroupsView groups;
  RowsView rows;
  const uint32_t* userOfInput;  // (inputs): row of the sums
};

// z = sigmoid(scale * sum + user + bias), the sum being that of `parts` sums partStride apart.
struct EncodeView {
  const float* sums;
  uint32_t parts;
  size_t partStride;
  float scale;
  const float* user;  // (users, width)
  const float* bias;  // (width)
  float* z;           // (users, width); may be `user`
  uint32_t width;
};

// The derivative by what goes into the sigmoid, from the samples of each user, and that times scale.
struct EncodeGradient {
  GroupsView groups;
  const float* residual;
  const float* item;
  const uint32_t* itemRow;
  const float* z;
  float scale;
  float* gradient;
  float* scaled;
  uint32_t width;
};

// What rng.h's Permutation is made of.
struct PermutationView {
  static constexpr int kRounds = 6;

  uint32_t n, leftBits, rightBits;
  uint32_t key[kRounds];
};

// Called for 16 items at once when one of them beats a user's threshold; returns the new threshold.
using Offer = float (*)(void* context, uint32_t user, uint32_t firstItem, const float* scores);

struct Kernels {
  const char* name;

  // out[n - from] = row (ids ? ids[n] : n) after step gaps.end, for n in [from, to). Writes no table.
  void (*bringUp)(const GapView& gaps, const RowsView& rows, const uint32_t* ids, uint32_t from, uint32_t to,
                  float* out);

  // logit[n] = sum_f out_f * user_f * item_f + bias, for n in [from, to).
  void (*logits)(const PairsView& pairs, uint32_t from, uint32_t to, float* logit);

  // Loss and residual of samples [from, to); from is a multiple of kLanes and the arrays are padded to kLanes.
  void (*losses)(const LossView& view, uint32_t from, uint32_t to);

  // Gradient of groups [from, to), summed in sample order, and its Adam step.
  void (*updateRows)(const RowUpdate& update, uint32_t from, uint32_t to);

  // gradient (width + kLanes) of the output layer from samples [from, to).
  void (*outGradient)(const PairsView& pairs, const float* residual, uint32_t from, uint32_t to, float* gradient);

  // One Adam step of n floats (a multiple of kLanes) that step at every step: p, m, v at cells, cells + distance, ...
  void (*updateDense)(const AdamStep& step, float* cells, size_t distance, const float* gradient, uint32_t n);

  // Scores `users` rows of weights (users, width) against panels [from, to) of 16 items; a panel is (factors, 16).
  // Offers a panel of a user when one of its scores is above his threshold, panels ascending for each user.
  void (*score)(const float* weights, uint32_t width, uint32_t users, const float* panels, uint32_t factors,
                uint32_t from, uint32_t to, float* thresholds, Offer offer, void* context);

  // Rows [from, to) of a product.
  void (*product)(const Product& product, uint32_t from, uint32_t to);

  // NeuMF's output layer, for samples [from, to): logits, and what goes back to rows and tower.
  void (*mergeLogits)(const MergeView& view, uint32_t from, uint32_t to, float* logit);
  void (*mergeGradients)(const MergeView& view, const float* residual, uint32_t from, uint32_t to,
                         const MergeGradients& gradients);
  // gradient (2 gmfWidth + kLanes) of the output layer from samples [0, samples).
  void (*mergeOutGradient)(const MergeView& view, const float* residual, uint32_t samples, float* gradient);

  // out (depth, kTileItems) = relu(base_d + rows_d), which may be the same memory as rows. Lists the rows that are not
  // 0 for all items in active (depth), ascending, and returns how many there are.
  uint32_t (*activeRows)(const float* base, const float* rows, uint32_t depth, float* out, uint32_t* active);

  // CDAE's hidden layer. sums (users, width) of inputs in groups [from, to), added to what is there.
  void (*sumInputs)(const GapView& gaps, const EncodeInputs& inputs, uint32_t from, uint32_t to, float* sums);
  // sum (width) += rows ids[0 .. count) of (any, width).
  void (*sumRows)(const float* rows, const uint32_t* ids, uint32_t count, uint32_t width, float* sum);
  // Users [from, to).
  void (*encode)(const EncodeView& view, uint32_t from, uint32_t to);
  void (*encodeGradient)(const EncodeGradient& view, uint32_t from, uint32_t to);

  // to[i] = the permutation's value at position from + i, for i in [0, count).
  void (*permute)(const PermutationView& view, uint32_t from, uint32_t count, uint32_t* to);
};

// One instruction set's kernels, in the struct's order.
#define ADT_KERNELS(name, space)                                                                                 \
  {name, space::bringUp, space::logits, space::losses, space::updateRows, space::outGradient, space::updateDense, \
   space::score, space::product, space::mergeLogits, space::mergeGradients, space::mergeOutGradient,              \
   space::activeRows, space::sumInputs, space::sumRows, space::encode, space::encodeGradient,           \
   space::permute}

extern const Kernels kBaselineKernels;
#if defined(__x86_64__)
extern const Kernels kAvx2Kernels;
extern const Kernels kAvx512Kernels;
#endif

}  // namespace adt
