// Entropy coding for JavaScript: planes and rows of grids, at once or on threads.
#pragma once
#include <napi.h>

namespace rs {

void export_codec(Napi::Env env, Napi::Object exports);

}  // namespace rs
