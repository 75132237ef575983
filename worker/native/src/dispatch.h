// Owns the choice of instruction set: the widest that this CPU has, or the one asked for.
#pragma once
#include <string>
#include <vector>

#include "kernels.h"

namespace adt {

// What this CPU can run, widest first; never empty.
std::vector<const Kernels*> availableKernels();

// nullptr: this CPU does not have it, or there is no such set.
const Kernels* findKernels(const std::string& name);

}  // namespace adt
