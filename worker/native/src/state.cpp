// A model's state: its tables, each with the steps of its rows' last updates, and its dense parameters, all with moments.
#include <algorithm>
#include <stdexcept>

#include "model.h"

namespace adt {
namespace {

// Parameters that share memory are one block, named after all of them.
std::string joined(const std::string& names, const std::string& name) {
  return names.empty() ? name : names + "+" + name;
}

}  // namespace

std::vector<StateBlock> Model::state() {
  std::vector<StateBlock> blocks;
  std::vector<ParameterTable*> tables;
  for (const Parameter& parameter : parameters_)
    if (parameter.table && std::find(tables.begin(), tables.end(), parameter.table) == tables.end())
      tables.push_back(parameter.table);
  for (ParameterTable* table : tables) {
    std::string name;
    for (const Parameter& parameter : parameters_)
      if (parameter.table == table) name = joined(name, parameter.name);
    const RowsView rows = table->view();
    blocks.push_back({name, rows.cells, size_t{3} * table->rows() * table->columns() * sizeof(float)});
    blocks.push_back({name + "/last", rows.last, table->rows() * sizeof(uint32_t)});
  }
  size_t named = 0;
  for (const DenseState& dense : dense_) {
    std::string name;
    for (const Parameter& parameter : parameters_)
      if (parameter.dense == dense.at) name = joined(name, parameter.name), ++named;
    blocks.push_back({name, dense.at, dense.floats * sizeof(float)});
  }
  for (const Parameter& parameter : parameters_) named += parameter.table != nullptr;
  if (named != parameters_.size()) throw std::logic_error("a parameter has no place in the model's state");
  return blocks;
}

void Model::stateReplaced(uint32_t step) {
  for (const Parameter& parameter : parameters_) {
    if (!parameter.table) continue;
    const uint32_t* last = parameter.table->view().last;
    for (uint32_t row = 0; row < parameter.rows; ++row)
      if (last[row] > step)
        throw std::invalid_argument("row " + std::to_string(row) + " of " + parameter.name + " was updated at step " +
                                    std::to_string(last[row]) + ", after step " + std::to_string(step));
  }
  parametersChanged();
}

}  // namespace adt
