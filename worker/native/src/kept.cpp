// Keeps parameters in blocks of rows, so that no second copy exists on the way.
#include "kept.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <vector>

#if !defined(_WIN32)
#include <fcntl.h>
#include <unistd.h>
#endif

namespace adt {
namespace {

constexpr uint32_t kRowsPerBlock = 256;

// -1 where there can be none. The name is gone at once, so nothing is left behind whatever ends this process.
int openUnnamed(const std::string& folder) {
#if defined(_WIN32)
  return -1;
#else
  if (folder.empty()) return -1;
  std::string path = folder + "/adt-kept-XXXXXX";
  const int file = mkstemp(path.data());
  if (file < 0) return -1;
  unlink(path.c_str());
  fcntl(file, F_SETFD, FD_CLOEXEC);
  return file;
#endif
}

// Writes `put`, or reads into `get`.
bool transfer(int file, size_t from, size_t bytes, const void* put, void* get) {
#if defined(_WIN32)
  return false;
#else
  for (size_t done = 0; done < bytes;) {
    const off_t at = static_cast<off_t>(from + done);
    const ssize_t n = put ? pwrite(file, static_cast<const char*>(put) + done, bytes - done, at)
                          : pread(file, static_cast<char*>(get) + done, bytes - done, at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    done += static_cast<size_t>(n);
  }
  return true;
#endif
}

// Calls body(parameter, from, count, byte offset) for blocks of rows that make up all parameters.
template <class Body>
void eachBlock(const Model& model, const Body& body) {
  size_t at = 0;
  for (const Parameter& parameter : model.parameters())
    for (uint32_t from = 0; from < parameter.rows; from += kRowsPerBlock) {
      const uint32_t count = std::min(kRowsPerBlock, parameter.rows - from);
      body(parameter, from, count, at);
      at += size_t{count} * parameter.columns * sizeof(float);
    }
}

}  // namespace

KeptParameters::~KeptParameters() {
#if !defined(_WIN32)
  if (file_ >= 0) close(file_);
#endif
}

size_t KeptParameters::bytesOf(const Model& model) {
  size_t floats = 0;
  for (const Parameter& parameter : model.parameters()) floats += size_t{parameter.rows} * parameter.columns;
  return floats * sizeof(float);
}

void KeptParameters::prepare(const Model& model) {
  if (bytes_ != 0) return;
  bytes_ = bytesOf(model);
  file_ = openUnnamed(folder_);
  if (file_ < 0) memory_ = allocateFloats(bytes_ / sizeof(float));
}

// The disk is full: what it holds comes over.
void KeptParameters::useMemory() {
  Floats memory = allocateFloats(bytes_ / sizeof(float));
  if (!transfer(file_, 0, written_, nullptr, memory.get()))
    throw std::runtime_error("the kept parameters can't be read back from " + folder_);
#if !defined(_WIN32)
  close(file_);
#endif
  file_ = -1;
  memory_ = std::move(memory);
}

void KeptParameters::put(size_t from, size_t bytes, const void* data) {
  if (file_ >= 0) {
    if (transfer(file_, from, bytes, data, nullptr)) {
      written_ = std::max(written_, from + bytes);
      return;
    }
    useMemory();
  }
  std::memcpy(reinterpret_cast<char*>(memory_.get()) + from, data, bytes);
}

void KeptParameters::read(size_t from, size_t bytes, void* to) {
  if (file_ < 0)
    std::memcpy(to, reinterpret_cast<const char*>(memory_.get()) + from, bytes);
  else if (!transfer(file_, from, bytes, nullptr, to))
    throw std::runtime_error("the kept parameters can't be read back from " + folder_);
}

void KeptParameters::write(const Model& model, size_t from, size_t bytes, const void* data) {
  prepare(model);
  put(from, bytes, data);
  any_ = true;
}

void KeptParameters::keep(Model& model, ThreadPool& pool) {
  prepare(model);
  if (!putBlocks(model, pool)) {
    useMemory();
    putBlocks(model, pool);
  }
  any_ = true;
}

// False: the disk is full.
bool KeptParameters::putBlocks(Model& model, ThreadPool& pool) {
  struct Block {
    const Parameter& parameter;
    uint32_t from, count;
    size_t at;
  };
  std::vector<Block> blocks;
  eachBlock(model, [&](const Parameter& parameter, uint32_t from, uint32_t count, size_t at) {
    blocks.push_back({parameter, from, count, at});
  });
  std::atomic<bool> isWhole{true};
  model.prepareToRead();
  pool.run(static_cast<uint32_t>(blocks.size()), [&](uint32_t n, unsigned) {
    const auto& [parameter, from, count, at] = blocks[n];
    std::vector<float> rows(size_t{count} * parameter.columns);
    model.readPrepared(parameter, from, count, rows.data());
    const size_t bytes = rows.size() * sizeof(float);
    if (file_ < 0)
      std::memcpy(reinterpret_cast<char*>(memory_.get()) + at, rows.data(), bytes);
    else if (!transfer(file_, at, bytes, rows.data(), nullptr))
      isWhole = false;
  });
  if (isWhole && file_ >= 0) written_ = bytes_;
  return isWhole;
}

void KeptParameters::restore(Model& model) {
  std::vector<float> block;
  eachBlock(model, [&](const Parameter& parameter, uint32_t from, uint32_t count, size_t at) {
    block.resize(size_t{count} * parameter.columns);
    read(at, block.size() * sizeof(float), block.data());
    model.write(parameter, from, count, block.data());
  });
}

}  // namespace adt
