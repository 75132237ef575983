// Owns the reading of JavaScript objects; TypeScript has checked every value before it comes here.
#pragma once
#include <napi.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "dataset.h"
#include "dispatch.h"
#include "loss.h"
#include "models.h"

namespace adt {

inline double number(const Napi::Object& from, const char* key) {
  return from.Get(key).As<Napi::Number>().DoubleValue();
}
inline uint32_t integer(const Napi::Object& from, const char* key) {
  return static_cast<uint32_t>(number(from, key));
}
inline Napi::Object object(const Napi::Object& from, const char* key) { return from.Get(key).As<Napi::Object>(); }

inline std::vector<uint32_t> integers(const Napi::Value& from) {
  const auto array = from.As<Napi::Uint32Array>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

inline Csr csr(const Napi::Object& from) {
  const auto rowStarts = from.Get("rowStarts").As<Napi::Uint32Array>();
  const auto items = from.Get("items").As<Napi::Uint32Array>();
  const auto flags = from.Get("truePositive");
  return {rowStarts.Data(), items.Data(), static_cast<uint32_t>(rowStarts.ElementLength() - 1),
          flags.IsNull() ? nullptr : flags.As<Napi::Uint8Array>().Data()};
}

inline AdamOptions adamOptions(const Napi::Object& from) {
  return {number(from, "lr"), number(from, "beta1"), number(from, "beta2"), number(from, "eps")};
}

// {kind, epsMax, epsN, beta, falseWeight, negativeWeight, clickWeight}; numbers that a loss does not read are 0.
inline LossOptions lossOptions(const Napi::Object& from) {
  const std::string kind = from.Get("kind").As<Napi::String>().Utf8Value();
  const LossKind loss = kind == "T-CE"   ? LossKind::kTruncated
                        : kind == "R-CE" ? LossKind::kReweighted
                        : kind == "NR"   ? LossKind::kFeedback
                        : kind == "NMTR" ? LossKind::kCascade
                                         : LossKind::kCe;
  return {loss,
          number(from, "epsMax"),
          number(from, "epsN"),
          number(from, "beta"),
          number(from, "falseWeight"),
          number(from, "negativeWeight"),
          number(from, "clickWeight")};
}

inline const Kernels& kernelsNamed(const Napi::Object& from) {
  const std::string name = from.Get("simd").As<Napi::String>().Utf8Value();
  const Kernels* kernels = findKernels(name);
  if (!kernels) throw std::invalid_argument("this CPU has no instruction set named " + name);
  return *kernels;
}

// {name, factors, mlpLayers, dropout, hidden, corruption}
inline ModelOptions modelOptions(const Napi::Object& from) {
  return {from.Get("name").As<Napi::String>().Utf8Value(), integer(from, "factors"), integer(from, "mlpLayers"),
          number(from, "dropout"), integer(from, "hidden"), number(from, "corruption")};
}

// {name: Float32Array} of all parameters.
inline void loadParameters(Model& model, const Napi::Object& from) {
  for (const Parameter& parameter : model.parameters())
    model.write(parameter, 0, parameter.rows, from.Get(parameter.name).As<Napi::Float32Array>().Data());
}

// Rows [from, from + count) of a parameter.
inline Napi::Float32Array rowsOf(Napi::Env env, Model& model, const Parameter& parameter, uint32_t from,
                                 uint32_t count) {
  auto to = Napi::Float32Array::New(env, size_t{count} * parameter.columns);
  model.read(parameter, from, count, to.Data());
  return to;
}

inline Napi::Uint32Array fromIntegers(Napi::Env env, const std::vector<uint32_t>& from) {
  auto to = Napi::Uint32Array::New(env, from.size());
  std::copy(from.begin(), from.end(), to.Data());
  return to;
}

// Takes the numbers over where they are.
inline Napi::Float64Array doubles(Napi::Env env, std::vector<double>&& from) {
  if (from.empty()) return Napi::Float64Array::New(env, 0);
  auto* kept = new std::vector<double>(std::move(from));
  const auto memory = Napi::ArrayBuffer::New(env, kept->data(), kept->size() * sizeof(double),
                                             [](Napi::Env, void*, std::vector<double>* vector) { delete vector; }, kept);
  return Napi::Float64Array::New(env, kept->size(), memory, 0);
}

}  // namespace adt
