// Owns the declaration of the JavaScript class of a training.
#pragma once
#include <napi.h>

namespace adt {

Napi::Function defineTrainer(Napi::Env env);

}  // namespace adt
