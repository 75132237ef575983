// Sends GMF's derivatives back: a sample's residual times the output layer times the other row.
#include "gmf.h"

namespace adt {

void Gmf::backward(const Samples& batch, const float* residual) {
  const auto through = [&](Embedding& table, const Embedding& other) {
    RowUpdate update = updateOf(table);
    update.weight = residual;
    update.source = other.current();
    update.sourceRow = other.rowOfSample();
    update.factor = out(0);
    return update;
  };
  update(through(users_, items_), through(items_, users_), &residual, static_cast<uint32_t>(batch.size()));
}

}  // namespace adt
