// Asks the CPU what it has.
#include "dispatch.h"

namespace adt {

std::vector<const Kernels*> availableKernels() {
  std::vector<const Kernels*> found;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) found.push_back(&kAvx512Kernels);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) found.push_back(&kAvx2Kernels);
#endif
  found.push_back(&kBaselineKernels);
  return found;
}

const Kernels* findKernels(const std::string& name) {
  for (const Kernels* kernels : availableKernels())
    if (name == kernels->name) return kernels;
  return nullptr;
}

}  // namespace adt
