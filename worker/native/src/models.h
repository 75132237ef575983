// Owns the choice of model: its name, its sizes, and what it is made of.
#pragma once
#include <memory>
#include <string>

#include "model.h"

namespace adt {

// Sizes that a model does not read are 0.
struct ModelOptions {
  std::string name;
  uint32_t factors;    // GMF, NeuMF
  uint32_t mlpLayers;  // NeuMF
  double dropout;      // NeuMF: the share of what each layer of the tower reads that is dropped
  uint32_t hidden;     // CDAE
  double corruption;   // CDAE: the share of a history that a step leaves out
};

// Throws std::invalid_argument for a name that no model has.
std::unique_ptr<Model> makeModel(const ModelOptions& options, const ModelContext& context);

}  // namespace adt
