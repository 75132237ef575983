// Owns what the add-on exports; worker/src/engines/native/addon.ts is its TypeScript side.
#include <napi.h>

#include <algorithm>

#include "arguments.h"
#include "learner.h"
#include "trainer_binding.h"

namespace adt {
namespace {

Napi::Value simdLevels(const Napi::CallbackInfo& info) {
  const auto available = availableKernels();
  auto to = Napi::Array::New(info.Env(), available.size());
  for (uint32_t n = 0; n < available.size(); ++n) to.Set(n, available[n]->name);
  return to;
}

Samples samplesOf(const Napi::Object& batch) {
  Samples samples;
  samples.users = integers(batch.Get("users"));
  samples.items = integers(batch.Get("items"));
  samples.resize(samples.users.size());
  const auto labels = batch.Get("labels").As<Napi::Uint8Array>();
  const auto flags = batch.Get("falsePositive");
  for (size_t n = 0; n < samples.size(); ++n) {
    const bool isFalse = !flags.IsUndefined() && flags.As<Napi::Uint8Array>()[n];
    samples.sign[n] = labels[n] ? -1.0f : 1.0f;
    samples.kind[n] = isFalse ? uint8_t{Samples::kFalsePositive} : labels[n];
  }
  if (batch.Get("inputs").IsObject()) {
    const auto inputs = object(batch, "inputs");
    samples.inputs = {integers(inputs.Get("users")), integers(inputs.Get("rowStarts")), integers(inputs.Get("items"))};
  }
  return samples;
}

// Trains from given parameters on given batches: {loss, sampleLoss, dropped, final}.
Napi::Value replay(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto from = info[0].As<Napi::Object>();
  const auto batches = from.Get("batches").As<Napi::Array>();
  ThreadPool pool(integer(from, "threads"));
  const uint32_t largestBatch = integer(from, "largestBatch");
  AdamClock adam(adamOptions(object(from, "adam")), batches.Length());
  const auto model = makeModel(modelOptions(object(from, "model")),
                               {pool, kernelsNamed(from), adam, integer(from, "users"), integer(from, "items"),
                                largestBatch, 0, Csr{}});
  Learner learner(*model, adam, lossOptions(object(from, "loss")), largestBatch);
  loadParameters(*model, object(from, "initial"));

  auto loss = Napi::Float64Array::New(env, batches.Length());
  auto sampleLoss = Napi::Array::New(env, batches.Length());
  auto dropped = Napi::Array::New(env, batches.Length());
  for (uint32_t n = 0; n < batches.Length(); ++n) {
    const Samples batch = samplesOf(batches.Get(n).As<Napi::Object>());
    loss[n] = learner.step(batch);
    auto losses = Napi::Float32Array::New(env, batch.size());
    std::copy_n(learner.sampleLoss(), batch.size(), losses.Data());
    sampleLoss.Set(n, losses);
    auto positions = Napi::Uint32Array::New(env, learner.dropped().size());
    std::copy(learner.dropped().begin(), learner.dropped().end(), positions.Data());
    dropped.Set(n, positions);
  }
  auto last = Napi::Object::New(env);
  for (const Parameter& parameter : model->parameters())
    last.Set(parameter.name, rowsOf(env, *model, parameter, 0, parameter.rows));
  auto to = Napi::Object::New(env);
  to.Set("loss", loss);
  to.Set("sampleLoss", sampleLoss);
  to.Set("dropped", dropped);
  to.Set("final", last);
  return to;
}

// For the test of the lazy update alone: parameters p with moments m, v, last updated at step `start`, after
// step `end` with no gradient since.
Napi::Value restUntil(const Napi::CallbackInfo& info) {
  const auto from = info[0].As<Napi::Object>();
  const auto p = from.Get("p").As<Napi::Float32Array>();
  const auto m = from.Get("m").As<Napi::Float32Array>();
  const auto v = from.Get("v").As<Napi::Float32Array>();
  const uint32_t columns = static_cast<uint32_t>(p.ElementLength());
  AdamSchedule schedule(adamOptions(object(from, "adam")), static_cast<uint64_t>(number(from, "totalSteps")));
  ParameterTable table(1, columns, padded(columns));
  table.reset(0, p.Data());
  std::copy_n(m.Data(), columns, table.row(0) + columns);
  std::copy_n(v.Data(), columns, table.row(0) + 2 * columns);
  table.view().last[0] = integer(from, "start");
  std::vector<float> out(table.width());
  kernelsNamed(from).bringUp(schedule.gapsEndingAt(integer(from, "end")), table.view(), nullptr, 0, 1, out.data());
  auto to = Napi::Float32Array::New(info.Env(), columns);
  std::copy_n(out.data(), columns, to.Data());
  return to;
}

// C++ exceptions that are not N-API's own become JavaScript errors.
template <Napi::Value (*Call)(const Napi::CallbackInfo&)>
Napi::Value guarded(const Napi::CallbackInfo& info) {
  try {
    return Call(info);
  } catch (const Napi::Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Napi::Error::New(info.Env(), error.what());
  }
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports.Set("simdLevels", Napi::Function::New(env, guarded<simdLevels>));
  exports.Set("replay", Napi::Function::New(env, guarded<replay>));
  exports.Set("restUntil", Napi::Function::New(env, guarded<restUntil>));
  exports.Set("Trainer", defineTrainer(env));
  return exports;
}

}  // namespace
}  // namespace adt

static Napi::Object Init(Napi::Env env, Napi::Object exports) { return adt::init(env, exports); }
NODE_API_MODULE(adt_native, Init)
