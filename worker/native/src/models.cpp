// Makes models.
#include "models.h"

#include <stdexcept>

#include "gmf.h"

namespace adt {

std::unique_ptr<Model> makeModel(const ModelOptions& options, const ModelContext& context) {
  if (options.name == "GMF") return std::make_unique<Gmf>(context, options.factors);
  throw std::invalid_argument("there is no model named " + options.name);
}

}  // namespace adt
