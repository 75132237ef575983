// Finds the executable's mappings in /proc and unmaps their pages.
#include "program_pages.h"

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>

#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <string>
#endif

namespace adt {

#if defined(__linux__)
size_t releaseProgramPages() {
  char program[4096];
  const ssize_t length = readlink("/proc/self/exe", program, sizeof program);
  if (length <= 0) return 0;
  const std::string name(program, static_cast<size_t>(length));
  std::ifstream smaps("/proc/self/smaps");
  size_t released = 0;
  uint64_t from = 0, to = 0;
  bool isProgram = false;
  for (std::string line; std::getline(smaps, line);) {
    uint64_t first, end, kilobytes;
    char access[5];
    if (std::sscanf(line.c_str(), "%" SCNx64 "-%" SCNx64 " %4s", &first, &end, access) == 3) {
      from = first, to = end;
      isProgram = access[0] == 'r' && access[1] == '-' && line.size() > name.size() &&
                  line.compare(line.size() - name.size() - 1, std::string::npos, " " + name) == 0;
    } else if (isProgram && std::sscanf(line.c_str(), "Anonymous: %" SCNu64, &kilobytes) == 1) {
      // What the loader has relocated are pages of its own: they would come back as they are in the file.
      if (kilobytes == 0 && madvise(reinterpret_cast<void*>(from), to - from, MADV_DONTNEED) == 0)
        released += to - from;
    }
  }
  return released;
}
#else
size_t releaseProgramPages() { return 0; }
#endif

}  // namespace adt
