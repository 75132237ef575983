// Owns the arithmetic of the autoencoder's hidden layer. Included once per instruction set, after kernels.inl.

// Added up item by item, so that a row comes from memory once, whatever the number of its users.
static void sumInputs(const GapView& gaps, const EncodeInputs& inputs, uint32_t from, uint32_t to, float* sums) {
  constexpr uint32_t kAhead = 3;
  const uint32_t width = inputs.rows.width;
  const GroupsView& groups = inputs.groups;
  alignas(64) float row[kMostColumns];
  for (uint32_t n = from; n < to && n < from + kAhead; ++n) prefetchRow(inputs.rows, groups.ids[n]);
  for (uint32_t n = from; n < to; ++n) {
    if (n + kAhead < to) prefetchRow(inputs.rows, groups.ids[n + kAhead]);
    bringUpRow(gaps, inputs.rows, groups.ids[n], row);
    for (uint32_t at = groups.starts[n]; at < groups.starts[n + 1]; ++at) {
      float* sum = sums + size_t{width} * inputs.userOfInput[groups.samples[at]];
      for (uint32_t c = 0; c < width; c += kLanes) store(sum + c, load(sum + c) + load(row + c));
    }
  }
}

static void sumRows(const float* rows, const uint32_t* ids, uint32_t count, uint32_t width, float* sum) {
  for (uint32_t n = 0; n < count; ++n)
    for (uint32_t c = 0; c < width; c += kLanes)
      store(sum + c, load(sum + c) + load(rows + size_t{width} * ids[n] + c));
}

ADT_INLINE F16 sigmoid(const F16& x) {
  const F16 one = all(1.0f);
  const F16 e = expNonPositive(all(0.0f) - magnitude(x));
  return whereNotNegative(x, one, e) / (one + e);
}

static void encode(const EncodeView& view, uint32_t from, uint32_t to) {
  for (uint32_t n = from; n < to; ++n)
    for (uint32_t c = 0; c < view.width; c += kLanes) {
      const size_t at = size_t{view.width} * n + c;
      F16 sum = load(view.sums + at);
      for (uint32_t part = 1; part < view.parts; ++part) sum = sum + load(view.sums + view.partStride * part + at);
      store(view.z + at, sigmoid((all(view.scale) * sum + load(view.user + at)) + load(view.bias + c)));
    }
}

static void encodeGradient(const EncodeGradient& view, uint32_t from, uint32_t to) {
  for (uint32_t n = from; n < to; ++n)
    for (uint32_t c = 0; c < view.width; c += kLanes) {
      F16 byZ = all(0.0f);
      for (uint32_t at = view.groups.starts[n]; at < view.groups.starts[n + 1]; ++at) {
        const uint32_t sample = view.groups.samples[at];
        byZ = byZ + all(view.residual[sample]) * load(view.item + size_t{view.width} * view.itemRow[sample] + c);
      }
      const size_t at = size_t{view.width} * n + c;
      const F16 z = load(view.z + at);
      const F16 gradient = byZ * (z * (all(1.0f) - z));
      store(view.gradient + at, gradient);
      store(view.scaled + at, all(view.scale) * gradient);
    }
}
