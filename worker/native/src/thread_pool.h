// Owns the threads of one training: they spin for a short while between jobs and then sleep.
//
// A job is a number of chunks. Which thread runs a chunk is left to chance, so a result may depend on the chunk
// number alone. The caller works too and returns when all chunks are done; it never waits for a thread that has
// not begun, so a machine with fewer free cores than threads only gets slower.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace adt {

class ThreadPool {
 public:
  explicit ThreadPool(unsigned threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  unsigned threads() const { return static_cast<unsigned>(workers_.size()) + 1; }

  // Runs body(chunk, thread) for every chunk in [0, chunks); thread is in [0, threads()). One call at a time; a call
  // from within a chunk runs on that chunk's thread alone.
  template <class Body>
  void run(uint32_t chunks, const Body& body) {
    dispatch(chunks, &body, [](const void* context, uint32_t chunk, unsigned thread) {
      (*static_cast<const Body*>(context))(chunk, thread);
    });
  }

 private:
  using Call = void (*)(const void* context, uint32_t chunk, unsigned thread);

  void dispatch(uint32_t chunks, const void* context, Call call);
  bool workOnce(unsigned thread);
  void work(unsigned thread);

  // High half: number of the job; low half: next chunk. Taking a chunk is one compare-and-set, so a thread that
  // wakes late can't take a chunk of another job than the one it looked at.
  std::atomic<uint64_t> ticket_{0};
  std::atomic<uint32_t> chunks_{0};
  std::atomic<uint32_t> done_{0};
  std::atomic<const void*> context_{nullptr};
  std::atomic<Call> call_{nullptr};
  std::atomic<bool> stopping_{false};
  std::atomic<unsigned> sleeping_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::thread> workers_;
};

}  // namespace adt
