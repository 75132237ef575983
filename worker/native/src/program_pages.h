// Owns how much of the program's file a training keeps mapped.
#pragma once
#include <cstddef>

namespace adt {

// Lets go of the pages of the executable's code and constants, most of which its start alone needed: 34 MB of Node.
// They stay in the page cache, which all processes share, and come back one by one when they are touched. Only
// mappings that can't be written and hold no page of their own. Returns the bytes of those mappings; 0: this system
// does not say what they are.
size_t releaseProgramPages();

}  // namespace adt
