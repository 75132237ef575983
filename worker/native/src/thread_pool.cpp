// Runs the threads; the contract is in thread_pool.h.
#include "thread_pool.h"

#include <chrono>

namespace adt {
namespace {

// Longer than any part of a step that one thread does alone (tens of microseconds), so threads sleep only
// between calls; sleeping after every phase cost 50 to 100 us a step.
constexpr auto kSpin = std::chrono::microseconds(100);
constexpr int kSpinsPerClock = 64;
// Some 50 us: whoever holds the last chunk still has not ended it, so most likely it has lost its core; give it ours.
constexpr int kSpinsBeforeYield = 1024;

// Of the thread that is running a chunk.
struct Running {
  bool isAny = false;
  unsigned thread = 0;
};
thread_local Running running;

inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

ThreadPool::ThreadPool(unsigned threads) {
  for (unsigned i = 1; i < threads; ++i) workers_.emplace_back([this, i] { work(i); });
}

ThreadPool::~ThreadPool() {
  stopping_.store(true);
  {
    std::lock_guard lock(mutex_);
    wake_.notify_all();
  }
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::dispatch(uint32_t chunks, const void* context, Call call) {
  if (chunks == 0) return;
  if (workers_.empty() || chunks == 1 || running.isAny) {
    for (uint32_t chunk = 0; chunk < chunks; ++chunk) call(context, chunk, running.thread);
    return;
  }
  const uint64_t job = (ticket_.load(std::memory_order_relaxed) >> 32) + 1;
  // No thread reads these for this job before the ticket names it; one that still looks at the last job finds
  // either its chunks all taken or its compare-and-set failing.
  ticket_.store((job << 32) | UINT32_MAX);
  chunks_.store(chunks);
  context_.store(context);
  call_.store(call);
  done_.store(0);
  ticket_.store(job << 32);
  if (sleeping_.load() > 0) {
    std::lock_guard lock(mutex_);
    wake_.notify_all();
  }
  while (workOnce(0)) {
  }
  for (int spins = 0; done_.load(std::memory_order_acquire) < chunks; ++spins) {
    if (spins < kSpinsBeforeYield)
      pause();
    else
      std::this_thread::yield();
  }
}

bool ThreadPool::workOnce(unsigned thread) {
  uint64_t ticket = ticket_.load();
  for (;;) {
    const uint32_t chunk = static_cast<uint32_t>(ticket);
    if (chunk >= chunks_.load()) return false;
    if (ticket_.compare_exchange_weak(ticket, ticket + 1)) {
      running = {true, thread};
      call_.load()(context_.load(), chunk, thread);
      running = {};
      done_.fetch_add(1, std::memory_order_release);
      return true;
    }
  }
}

void ThreadPool::work(unsigned thread) {
  while (!stopping_.load(std::memory_order_relaxed)) {
    const uint64_t seen = ticket_.load() >> 32;
    while (workOnce(thread)) {
    }
    const auto until = std::chrono::steady_clock::now() + kSpin;
    int spins = 0;
    while (ticket_.load(std::memory_order_relaxed) >> 32 == seen && !stopping_.load(std::memory_order_relaxed)) {
      pause();
      if (++spins % kSpinsPerClock != 0 || std::chrono::steady_clock::now() < until) continue;
      std::unique_lock lock(mutex_);
      sleeping_.fetch_add(1);
      wake_.wait(lock, [&] { return ticket_.load() >> 32 != seen || stopping_.load(); });
      sleeping_.fetch_sub(1);
    }
  }
}

}  // namespace adt
