// Owns the arithmetic of a training step and of scoring. Included once per instruction set, after lanes.inl and
// inside the same namespace; calls nothing that is shared between sets.

// --- Adam ---------------------------------------------------------------------------------------------------------

// Sum over s = 1..steps of lr c_s / (a d_s + eps), step by step; in blocks, so that roundings do not pile up.
ADT_INLINE F16 replay(const GapView& gaps, uint32_t from, uint32_t steps, const F16& a) {
  constexpr uint32_t kBlock = 32;
  F16 total = all(0.0f);
  const F16 eps = all(gaps.eps);
  for (uint32_t s = 1; s <= steps;) {
    F16 block = all(0.0f);
    for (const uint32_t end = s + kBlock; s < end && s <= steps; ++s) {
      const float gain = gaps.stepGain[from + s] * gaps.decay1[s];
      const float scale = gaps.stepScale[from + s] * gaps.rootDecay2[s];
      block = block + all(gain) / (a * all(scale) + eps);
    }
    total = total + block;
  }
  return total;
}

// The same sum in closed form.
ADT_INLINE F16 series(const Gap& gap, const F16& a) {
  const F16 w = all(1.0f) / (a + all(gap.shift));
  const F16 x = all(gap.shift) * w;
  F16 y = all(gap.m4) - x * all(gap.m5);
  y = all(gap.m3) - x * y;
  y = all(gap.m2) - x * y;
  return all(gap.gain) * w * (all(1.0f) - (a * w) * x * y);
}

// Rows lie at random: without asking ahead for them a step waits for memory a third of its time.
ADT_INLINE void prefetchRow(const RowsView& rows, uint32_t id) {
  const float* row = rows.cells + size_t{3} * rows.stored * id;
  for (uint32_t c = 0; c < 3 * rows.stored; c += 16) __builtin_prefetch(row + c);
  __builtin_prefetch(row + 3 * rows.stored - 1);  // rows do not begin where lines do
  __builtin_prefetch(rows.last + id);
}

// body(c, how many) for the lanes of a row in memory; all groups but the last are whole.
template <class Body>
ADT_INLINE void eachLanes(const RowsView& rows, const Body& body) {
  uint32_t c = 0;
  for (; c + kLanes <= rows.stored; c += kLanes) body(c, kLanes);
  if (c < rows.stored) body(c, rows.stored - c);
}

// Zeros for the groups of lanes that a row in memory does not reach.
ADT_INLINE void fillRest(const RowsView& rows, float* out) {
  for (uint32_t c = padded(rows.stored); c < rows.width; c += kLanes) store(out + c, all(0.0f));
}

// out = row `id` after step gaps.end.
ADT_INLINE void bringUpRow(const GapView& gaps, const RowsView& rows, uint32_t id, float* out) {
  const float* p = rows.cells + size_t{3} * rows.stored * id;
  const float* m = p + rows.stored;
  const float* v = m + rows.stored;
  const uint32_t start = rows.last[id];
  if (start == 0 || start >= gaps.end) {
    eachLanes(rows, [&](uint32_t c, uint32_t count) ADT_LAMBDA { store(out + c, loadFirst(p + c, count)); });
    fillRest(rows, out);
    return;
  }
  uint32_t replayed = 0;
  if (start < gaps.seriesFrom) replayed = (gaps.seriesFrom < gaps.end ? gaps.seriesFrom : gaps.end) - start;
  const uint32_t begin = start + replayed;
  const uint32_t k = gaps.end - begin;
  const uint32_t steps = replayed < gaps.replayLimit ? replayed : gaps.replayLimit;
  const bool more = k > 0 && steps == replayed;
  const Gap* gap = nullptr;
  if (more && k <= gaps.longest) gap = gaps.byGap + k;
  if (more && k > gaps.longest) gap = gaps.byStart + (begin < gaps.lastStart ? begin : gaps.lastStart);
  const F16 fade = all(gaps.decay1[steps]);
  const F16 shrink = all(gaps.rootDecay2[steps]);
  eachLanes(rows, [&](uint32_t c, uint32_t count) ADT_LAMBDA {
    const F16 a = root(loadFirst(v + c, count));
    F16 moved = all(0.0f);
    if (steps > 0) moved = replay(gaps, start, steps, a);
    if (gap) moved = moved + fade * series(*gap, a * shrink);
    store(out + c, loadFirst(p + c, count) - loadFirst(m + c, count) * moved);
  });
  fillRest(rows, out);
}

static void bringUp(const GapView& gaps, const RowsView& rows, const uint32_t* ids, uint32_t from, uint32_t to,
                    float* out) {
  constexpr uint32_t kAhead = 4;  // 28 lines; 16 rows took a step 5 % longer than 8
  if (ids)
    for (uint32_t n = from; n < to && n < from + kAhead; ++n) prefetchRow(rows, ids[n]);
  for (uint32_t n = from; n < to; ++n, out += rows.width) {
    if (ids && n + kAhead < to) prefetchRow(rows, ids[n + kAhead]);
    bringUpRow(gaps, rows, ids ? ids[n] : n, out);
  }
}

struct StepLanes {
  F16 rest1, rest2, gain, scale, eps;
};

ADT_INLINE StepLanes lanesOf(const AdamStep& step) {
  return {all(step.rest1), all(step.rest2), all(step.gain), all(step.scale), all(step.eps)};
}

// One step with gradient g of parameters that were p, whose moments have been decayed to m and v.
ADT_INLINE void adam(const StepLanes& step, const F16& g, const F16& p, const F16& m, const F16& v, float* toP,
                     float* toM, float* toV, uint32_t count = kLanes) {
  const F16 newM = m + step.rest1 * g;
  const F16 newV = v + step.rest2 * (g * g);
  storeFirst(toM, newM, count);
  storeFirst(toV, newV, count);
  storeFirst(toP, p - step.gain * newM / (root(newV) * step.scale + step.eps), count);
}

static void updateRows(const RowUpdate& update, uint32_t from, uint32_t to) {
  constexpr uint32_t kAhead = 4;
  const AdamStep& step = update.step;
  const StepLanes lanes = lanesOf(step);
  const uint32_t width = update.rows.width;
  alignas(64) float scratch[kMostColumns];
  for (uint32_t n = from; n < to; ++n) {
    const uint32_t id = update.groups.ids[n];
    const uint32_t begin = update.groups.starts[n], end = update.groups.starts[n + 1];
    float* p = update.rows.cells + size_t{3} * update.rows.stored * id;
    float* m = p + update.rows.stored;
    float* v = m + update.rows.stored;
    const float* current = update.current + size_t{width} * n;
    // Rows have been read once in this step, but a batch of them is as large as a core's own cache.
    if (update.current && n + kAhead < to) prefetchRow(update.rows, update.groups.ids[n + kAhead]);
    if (!update.current) {
      if (n + 1 < to) prefetchRow(update.rows, update.groups.ids[n + 1]);
      bringUpRow(*update.gaps, update.rows, id, scratch);
      current = scratch;
    }
    const uint32_t gap = step.step - update.rows.last[id];
    update.rows.last[id] = step.step;
    const F16 decay1 = all(gap <= step.decay1Limit ? step.decay1[gap] : 0.0f);
    const F16 decay2 =
        all(gap < step.decay2End ? (float)(step.decay2Low[gap % 1024] * step.decay2High[gap / 1024]) : 0.0f);
    eachLanes(update.rows, [&](uint32_t c, uint32_t count) ADT_LAMBDA {
      F16 g = all(0.0f);
      for (uint32_t at = begin; at < end; ++at) {
        const uint32_t sample = update.groups.samples[at];
        const uint32_t row = update.sourceRow ? update.sourceRow[sample] : sample;
        const F16 source = load(update.source + size_t{width} * row + c);
        g = g + (update.weight ? all(update.weight[sample]) * source : source);
      }
      if (update.factor) g = load(update.factor + c) * g;
      adam(lanes, g, load(current + c), decay1 * loadFirst(m + c, count), decay2 * loadFirst(v + c, count), p + c, m + c,
           v + c, count);
    });
  }
}

static void updateDense(const AdamStep& step, float* cells, size_t distance, const float* gradient, uint32_t n) {
  const StepLanes lanes = lanesOf(step);
  const F16 decay1 = all(step.decay1[1]);
  const F16 decay2 = all((float)step.decay2Low[1]);
  for (uint32_t c = 0; c < n; c += kLanes) {
    float* p = cells + c;
    float* m = p + distance;
    float* v = m + distance;
    adam(lanes, load(gradient + c), load(p), decay1 * load(m), decay2 * load(v), p, m, v);
  }
}

// --- the model and its loss ---------------------------------------------------------------------------------------

static void logits(const PairsView& pairs, uint32_t from, uint32_t to, float* logit) {
  const uint32_t width = pairs.width;
  const float bias = pairs.out[width];
  for (uint32_t n = from; n < to; ++n) {
    const float* user = pairs.user + size_t{width} * pairs.userRow[n];
    const float* item = pairs.item + size_t{width} * pairs.itemRow[n];
    F16 total = all(0.0f);
    for (uint32_t c = 0; c < width; c += kLanes)
      total = total + load(pairs.out + c) * (load(user + c) * load(item + c));
    logit[n] = sum(total) + bias;
  }
}

// With x = sign * logit: CE = softplus(x); the probability given to the true class is e^-CE, so R-CE's weight is
// e^(-beta CE); d CE / d logit = sign * sigmoid(x).
static void losses(const LossView& view, uint32_t from, uint32_t to) {
  const F16 one = all(1.0f), zero = all(0.0f);
  for (uint32_t n = from; n < to; n += kLanes) {
    const F16 sign = load(view.sign + n);
    const F16 x = sign * load(view.logit + n);
    const F16 e = expNonPositive(zero - magnitude(x));
    const F16 sigmoid = whereNotNegative(x, one, e) / (one + e);
    F16 loss = whereNotNegative(x, x, zero) + logOnePlus(e);
    F16 residual = sign * sigmoid * all(view.scale);
    if (view.beta != 0.0f) {
      const F16 weight = expNonPositive(all(-view.beta) * loss);
      loss = weight * loss;
      residual = weight * residual;
    }
    store(view.loss + n, loss);
    store(view.residual + n, residual);
  }
}

static void outGradient(const PairsView& pairs, const float* residual, uint32_t from, uint32_t to,
                        float* gradient) {
  const uint32_t width = pairs.width;
  for (uint32_t c = 0; c < width; c += kLanes) {
    F16 total = all(0.0f);
    for (uint32_t n = from; n < to; ++n) {
      const float* user = pairs.user + size_t{width} * pairs.userRow[n];
      const float* item = pairs.item + size_t{width} * pairs.itemRow[n];
      total = total + all(residual[n]) * (load(user + c) * load(item + c));
    }
    store(gradient + c, total);
  }
  float bias = 0.0f;
  for (uint32_t n = from; n < to; ++n) bias += residual[n];
  store(gradient + width, all(0.0f));
  gradient[width] = bias;
}

// --- scoring ------------------------------------------------------------------------------------------------------

// `Rows` users by 16 items in registers; each score is a sum over factors in ascending order.
template <int Rows>
static void scoreRows(const float* weights, uint32_t width, uint32_t firstUser, const float* panels,
                      uint32_t factors, uint32_t from, uint32_t to, float* thresholds, Offer offer, void* context) {
  const float* weight = weights + size_t{width} * firstUser;
  for (uint32_t panel = from; panel < to; ++panel) {
    const float* items = panels + size_t{kLanes} * factors * panel;
    F16 score[Rows];
    for (int r = 0; r < Rows; ++r) score[r] = all(0.0f);
    for (uint32_t f = 0; f < factors; ++f) {
      const F16 item = load(items + size_t{kLanes} * f);
      for (int r = 0; r < Rows; ++r) score[r] = score[r] + all(weight[size_t{width} * r + f]) * item;
    }
    uint32_t found = 0;
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) found |= uint32_t{anyAbove(score[r], thresholds[firstUser + r])} << r;
    if (found == 0) continue;
    float scores[Rows][kLanes];
    for (int r = 0; r < Rows; ++r) store(scores[r], score[r]);
    for (; found != 0; found &= found - 1) {
      const int r = __builtin_ctz(found);
      thresholds[firstUser + r] = offer(context, firstUser + r, panel * kLanes, scores[r]);
    }
  }
}

static void score(const float* weights, uint32_t width, uint32_t users, const float* panels, uint32_t factors,
                  uint32_t from, uint32_t to, float* thresholds, Offer offer, void* context) {
  uint32_t user = 0;
  for (; user + ADT_SCORE_ROWS <= users; user += ADT_SCORE_ROWS)
    scoreRows<ADT_SCORE_ROWS>(weights, width, user, panels, factors, from, to, thresholds, offer, context);
  for (; user < users; ++user)
    scoreRows<1>(weights, width, user, panels, factors, from, to, thresholds, offer, context);
}
