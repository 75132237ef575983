// Makes models.
#include "models.h"

#include <stdexcept>

#include "cdae.h"
#include "gmf.h"
#include "neumf.h"
#include "nmtr.h"

namespace adt {

std::unique_ptr<Model> makeModel(const ModelOptions& options, const ModelContext& context) {
  if (options.name == "GMF") return std::make_unique<Gmf>(context, options.factors);
  if (options.name == "NeuMF")
    return std::make_unique<NeuMf>(context, options.factors, options.mlpLayers, static_cast<float>(options.dropout));
  if (options.name == "NMTR") return std::make_unique<Nmtr>(context, options.factors);
  if (options.name == "CDAE") return std::make_unique<Cdae>(context, options.hidden, options.corruption);
  throw std::invalid_argument("there is no model named " + options.name);
}

}  // namespace adt
