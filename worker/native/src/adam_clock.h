// Owns where a training is in time: how many steps are done, and what Adam needs to know of that moment.
#pragma once
#include <cstdint>

#include "adam.h"

namespace adt {

class AdamClock {
 public:
  AdamClock(const AdamOptions& options, uint64_t totalSteps) : schedule_(options, totalSteps) { prepareToRead(); }

  uint32_t stepsDone() const { return done_; }
  // The step that is being done, from 1.
  AdamStep step() const { return schedule_.step(done_ + 1); }
  void advance() { ++done_; }
  // Goes on after a step that another training did.
  void resumeAt(uint32_t steps) {
    done_ = steps;
    prepareToRead();
  }

  // Rows are read as of the step at which this was called last.
  void prepareToRead() { gaps_ = schedule_.gapsEndingAt(done_); }
  const GapView& gaps() const { return gaps_; }

 private:
  AdamSchedule schedule_;
  uint32_t done_ = 0;
  GapView gaps_{};
};

}  // namespace adt
