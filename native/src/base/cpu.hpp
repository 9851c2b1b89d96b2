// Which instruction set the kernels may use on this machine.
#pragma once
#include "status.hpp"

namespace rs {

enum class Isa { portable = 0, avx2 = 1, avx512 = 2 };

// The best that this CPU and its operating system allow, of those compiled in.
Isa detected_isa();
// What is in use: the detected one, or the lesser that RYANSTREAM_ISA names.
Isa active_isa();
// Why RYANSTREAM_ISA can't be obeyed (unknown name, or more than this CPU has).
Status isa_status();
const char* isa_name(Isa isa);

}  // namespace rs
