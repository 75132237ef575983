// Owns the JavaScript class of a training: long calls run on a thread of libuv's pool and return promises.
#include "trainer_binding.h"

#include <cstring>
#include <functional>
#include <memory>

#include "arguments.h"
#include "trainer.h"

namespace adt {
namespace {

// Runs `work` off the main thread, then turns its result into a value; keeps the JavaScript object alive.
template <class Result>
class Task : public Napi::AsyncWorker {
 public:
  using Work = std::function<Result()>;
  using Convert = Napi::Value (*)(Napi::Env, Result&);

  Task(const Napi::Object& owner, bool& busy, Work work, Convert convert)
      : Napi::AsyncWorker(owner.Env()),
        owner_(Napi::Persistent(owner)),
        deferred_(Napi::Promise::Deferred::New(owner.Env())),
        busy_(busy),
        work_(std::move(work)),
        convert_(convert) {}

  Napi::Promise promise() const { return deferred_.Promise(); }
  void Execute() override { result_ = work_(); }
  void OnOK() override {
    busy_ = false;
    deferred_.Resolve(convert_(Env(), result_));
  }
  void OnError(const Napi::Error& error) override {
    busy_ = false;
    deferred_.Reject(error.Value());
  }

 private:
  Napi::ObjectReference owner_;
  Napi::Promise::Deferred deferred_;
  bool& busy_;
  Work work_;
  Convert convert_;
  Result result_{};
};

Napi::Value fromDiagnostics(Napi::Env env, const Diagnostics& diagnostics) {
  auto to = Napi::Object::New(env);
  to.Set("seen", static_cast<double>(diagnostics.seen));
  to.Set("seenFalse", static_cast<double>(diagnostics.seenFalse));
  to.Set("ceFalse", diagnostics.ceFalse);
  to.Set("ceTrue", diagnostics.ceTrue);
  to.Set("droppedFalse", static_cast<double>(diagnostics.droppedFalse));
  if (diagnostics.weights.empty())
    to.Set("weights", env.Null());
  else
    to.Set("weights", fromIntegers(env, {diagnostics.weights.begin(), diagnostics.weights.end() - 1}));
  return to;
}

Napi::Value fromChunk(Napi::Env env, ChunkResult& chunk) {
  auto to = Napi::Object::New(env);
  to.Set("steps", chunk.steps);
  to.Set("lossSum", chunk.lossSum);
  to.Set("dropped", static_cast<double>(chunk.dropped));
  to.Set("samples", static_cast<double>(chunk.samples));
  to.Set("sampleSeconds", chunk.sampleSeconds);
  to.Set("trainSeconds", chunk.trainSeconds);
  to.Set("positives", fromDiagnostics(env, chunk.diagnostics));
  to.Set("notFiniteAt", chunk.notFiniteAt);
  return to;
}

Napi::Value fromRanking(Napi::Env env, RankingResult& ranking) {
  auto to = Napi::Object::New(env);
  to.Set("recall", doubles(env, std::move(ranking.recall)));
  to.Set("ndcg", doubles(env, std::move(ranking.ndcg)));
  to.Set("users", fromIntegers(env, ranking.users));
  to.Set("userRecall", doubles(env, std::move(ranking.userRecall)));
  to.Set("userNdcg", doubles(env, std::move(ranking.userNdcg)));
  return to;
}

Napi::Value fromNumber(Napi::Env env, double& value) { return Napi::Number::New(env, value); }

// Runs `call`; what C++ throws becomes a JavaScript error, where it would end the process.
template <class Call>
void guarded(const Napi::CallbackInfo& info, const Call& call) {
  try {
    call();
  } catch (const Napi::Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Napi::Error::New(info.Env(), error.what());
  }
}

// The arguments of readState and writeState.
struct Piece {
  Piece(const Napi::CallbackInfo& info, Model& model)
      : from(static_cast<size_t>(info[1].As<Napi::Number>().DoubleValue())), bytes(info[2].As<Napi::Uint8Array>()) {
    const auto blocks = model.state();
    const uint32_t number = info[0].As<Napi::Number>().Uint32Value();
    const size_t end = from + bytes.ByteLength();
    if (number > blocks.size() || end > (number < blocks.size() ? blocks[number].bytes : KeptParameters::bytesOf(model)))
      throw Napi::RangeError::New(info.Env(), "there is no such piece of the state");
    block = number < blocks.size() ? static_cast<char*>(blocks[number].at) : nullptr;
  }

  size_t from;
  Napi::Uint8Array bytes;
  char* block;  // nullptr: the kept parameters
};

class TrainerBinding : public Napi::ObjectWrap<TrainerBinding> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Trainer",
                       {InstanceMethod<&TrainerBinding::run>("run"),
                        InstanceMethod<&TrainerBinding::validationLoss>("validationLoss"),
                        InstanceMethod<&TrainerBinding::rank>("rank"),
                        InstanceMethod<&TrainerBinding::keepBest>("keepBest"),
                        InstanceMethod<&TrainerBinding::restoreBest>("restoreBest"),
                        InstanceMethod<&TrainerBinding::readRows>("readRows"),
                        InstanceMethod<&TrainerBinding::readRowsInto>("readRowsInto"),
                        InstanceMethod<&TrainerBinding::shapes>("shapes"),
                        InstanceMethod<&TrainerBinding::load>("load"),
                        InstanceMethod<&TrainerBinding::stateBlocks>("stateBlocks"),
                        InstanceMethod<&TrainerBinding::hasKept>("hasKept"),
                        InstanceMethod<&TrainerBinding::readState>("readState"),
                        InstanceMethod<&TrainerBinding::writeState>("writeState"),
                        InstanceMethod<&TrainerBinding::resumeAt>("resumeAt"),
                        InstanceMethod<&TrainerBinding::batch>("batch"),
                        InstanceMethod<&TrainerBinding::close>("close")});
  }

  explicit TrainerBinding(const Napi::CallbackInfo& info) : Napi::ObjectWrap<TrainerBinding>(info) {
    guarded(info, [&] { open(info[0].As<Napi::Object>()); });
  }

 private:
  void open(const Napi::Object& from) {
    const auto data = object(from, "data");
    data_ = Napi::Persistent(data);
    trainer_ = std::make_unique<Trainer>(TrainerOptions{
        {integer(data, "users"), integer(data, "items"), csr(object(data, "train")), csr(object(data, "valid")),
         csr(object(data, "test")), csr(object(data, "positives"))},
        modelOptions(object(from, "model")),
        integer(from, "negatives"),
        integer(from, "batchSize"),
        integer(from, "seed"),
        static_cast<uint64_t>(number(from, "totalSteps")),
        adamOptions(object(from, "adam")),
        lossOptions(object(from, "loss")),
        integer(from, "threads"),
        &kernelsNamed(from),
        from.Get("scratchFolder").As<Napi::String>().Utf8Value()});
  }

  Trainer& trainer() {
    if (!trainer_) throw Napi::Error::New(Env(), "this training is closed");
    if (busy_) throw Napi::Error::New(Env(), "this training is still at the last call");
    return *trainer_;
  }

  template <class Result>
  Napi::Value start(typename Task<Result>::Work work, typename Task<Result>::Convert convert) {
    auto* task = new Task<Result>(Value().As<Napi::Object>(), busy_, std::move(work), convert);
    const Napi::Promise promise = task->promise();
    busy_ = true;
    task->Queue();
    return promise;
  }

  Napi::Value run(const Napi::CallbackInfo& info) {
    Trainer& trainer = this->trainer();
    const uint32_t count = info[0].As<Napi::Number>().Uint32Value();
    return start<ChunkResult>([&trainer, count] { return trainer.run(count); }, fromChunk);
  }

  Napi::Value validationLoss(const Napi::CallbackInfo&) {
    Trainer& trainer = this->trainer();
    return start<double>([&trainer] { return trainer.validationLoss(); }, fromNumber);
  }

  Napi::Value rank(const Napi::CallbackInfo& info) {
    Trainer& trainer = this->trainer();
    const bool test = info[0].As<Napi::String>().Utf8Value() == "test";
    return start<RankingResult>(
        [&trainer, test, topk = integers(info[1]), all = info[2].IsNull(), byUser = info[3].ToBoolean().Value(),
         users = info[2].IsNull() ? std::vector<uint32_t>{} : integers(info[2])] {
          RankingResult result = trainer.rank(test, topk, all ? nullptr : &users);
          if (!byUser)
            for (auto* values : {&result.userRecall, &result.userNdcg}) std::vector<double>().swap(*values);
          return result;
        },
        fromRanking);
  }

  void keepBest(const Napi::CallbackInfo& info) {
    guarded(info, [&] { trainer().keepBest(); });
  }
  void restoreBest(const Napi::CallbackInfo& info) {
    guarded(info, [&] {
      if (!trainer().restoreBest()) throw std::logic_error("restoreBest needs a keepBest before it");
    });
  }

  // [{name, rows, columns}] of all parameters.
  Napi::Value shapes(const Napi::CallbackInfo& info) {
    const auto& parameters = trainer().model().parameters();
    auto to = Napi::Array::New(info.Env(), parameters.size());
    for (uint32_t n = 0; n < parameters.size(); ++n) {
      auto shape = Napi::Object::New(info.Env());
      shape.Set("name", parameters[n].name);
      shape.Set("rows", parameters[n].rows);
      shape.Set("columns", parameters[n].columns);
      to.Set(n, shape);
    }
    return to;
  }

  // (number of the parameter, from, count) -> Float32Array (count, columns)
  Napi::Value readRows(const Napi::CallbackInfo& info) {
    Model& model = trainer().model();
    return rowsOf(info.Env(), model, model.parameters()[info[0].As<Napi::Number>().Uint32Value()],
                  info[1].As<Napi::Number>().Uint32Value(), info[2].As<Napi::Number>().Uint32Value());
  }

  // The same into a Float32Array, which is not longer than it must be.
  void readRowsInto(const Napi::CallbackInfo& info) {
    Model& model = trainer().model();
    model.read(model.parameters()[info[0].As<Napi::Number>().Uint32Value()],
               info[1].As<Napi::Number>().Uint32Value(), info[2].As<Napi::Number>().Uint32Value(),
               info[3].As<Napi::Float32Array>().Data());
  }

  void load(const Napi::CallbackInfo& info) { loadParameters(trainer().model(), info[0].As<Napi::Object>()); }

  // [{name, bytes}] of what a checkpoint holds; the last are the kept parameters, whether there are any or not.
  Napi::Value stateBlocks(const Napi::CallbackInfo& info) {
    Model& model = trainer().model();
    auto blocks = model.state();
    blocks.push_back({"best", nullptr, KeptParameters::bytesOf(model)});
    auto to = Napi::Array::New(info.Env(), blocks.size());
    for (uint32_t n = 0; n < blocks.size(); ++n) {
      auto block = Napi::Object::New(info.Env());
      block.Set("name", blocks[n].name);
      block.Set("bytes", static_cast<double>(blocks[n].bytes));
      to.Set(n, block);
    }
    return to;
  }

  Napi::Value hasKept(const Napi::CallbackInfo& info) {
    return Napi::Boolean::New(info.Env(), trainer().kept().any());
  }

  // (number of the block, from, Uint8Array): both copy as many bytes as the array has.
  void readState(const Napi::CallbackInfo& info) {
    guarded(info, [&] {
      Piece piece(info, trainer().model());
      if (piece.block)
        std::memcpy(piece.bytes.Data(), piece.block + piece.from, piece.bytes.ByteLength());
      else
        trainer().kept().read(piece.from, piece.bytes.ByteLength(), piece.bytes.Data());
    });
  }

  void writeState(const Napi::CallbackInfo& info) {
    guarded(info, [&] {
      Piece piece(info, trainer().model());
      if (piece.block)
        std::memcpy(piece.block + piece.from, piece.bytes.Data(), piece.bytes.ByteLength());
      else
        trainer().kept().write(trainer().model(), piece.from, piece.bytes.ByteLength(), piece.bytes.Data());
    });
  }

  // (step): after the last writeState.
  void resumeAt(const Napi::CallbackInfo& info) {
    guarded(info, [&] { trainer().resumeAt(info[0].As<Napi::Number>().Uint32Value()); });
  }

  Napi::Value batch(const Napi::CallbackInfo& info) {
    Samples samples;
    trainer().draw(info[0].As<Napi::Number>().Uint32Value(), samples);
    const size_t count = samples.size();
    auto users = Napi::Uint32Array::New(info.Env(), count);
    auto items = Napi::Uint32Array::New(info.Env(), count);
    auto labels = Napi::Uint8Array::New(info.Env(), count);
    auto falsePositive = Napi::Uint8Array::New(info.Env(), count);
    for (size_t n = 0; n < count; ++n) {
      users[n] = samples.users[n];
      items[n] = samples.items[n];
      labels[n] = samples.sign[n] < 0 ? 1 : 0;
      falsePositive[n] = samples.kind[n] == Samples::kFalsePositive ? 1 : 0;
    }
    auto to = Napi::Object::New(info.Env());
    to.Set("users", users);
    to.Set("items", items);
    to.Set("labels", labels);
    if (!samples.inputs.users.empty()) {
      auto inputs = Napi::Object::New(info.Env());
      inputs.Set("users", fromIntegers(info.Env(), samples.inputs.users));
      inputs.Set("rowStarts", fromIntegers(info.Env(), samples.inputs.rowStarts));
      inputs.Set("items", fromIntegers(info.Env(), samples.inputs.items));
      to.Set("inputs", inputs);
    }
    if (trainer().hasFlags()) to.Set("falsePositive", falsePositive);
    return to;
  }

  void close(const Napi::CallbackInfo& info) {
    if (busy_) throw Napi::Error::New(info.Env(), "this training is still at the last call");
    trainer_.reset();
    data_.Reset();
  }

  bool busy_ = false;
  Napi::ObjectReference data_;  // keeps the arrays that the trainer reads
  std::unique_ptr<Trainer> trainer_;
};

}  // namespace

Napi::Function defineTrainer(Napi::Env env) { return TrainerBinding::define(env); }

}  // namespace adt
