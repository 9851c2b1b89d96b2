// The types of values: element type, shape, and where the bytes are.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace rs {

enum class DType : uint8_t { f32 = 0, bf16 = 1, f16 = 2, i32 = 3, u8 = 4, i8 = 5 };
inline constexpr int kDTypes = 6;

constexpr size_t dtype_bytes(DType t) {
  switch (t) {
    case DType::f32:
    case DType::i32: return 4;
    case DType::bf16:
    case DType::f16: return 2;
    default: return 1;
  }
}
const char* dtype_name(DType t);

inline constexpr int kMaxRank = 8;

// Row-major and contiguous; data is null while a program is only being checked.
struct Tensor {
  DType dtype = DType::f32;
  int rank = 0;
  int64_t shape[kMaxRank] = {};
  void* data = nullptr;

  int64_t elements() const {
    int64_t n = 1;
    for (int i = 0; i < rank; ++i) n *= shape[i];
    return n;
  }
  size_t bytes() const { return static_cast<size_t>(elements()) * dtype_bytes(dtype); }
  int64_t last() const { return rank == 0 ? 1 : shape[rank - 1]; }
  // All dimensions but the last, multiplied.
  int64_t rows() const {
    int64_t n = 1;
    for (int i = 0; i + 1 < rank; ++i) n *= shape[i];
    return n;
  }
  template <typename T>
  T* as() const {
    return static_cast<T*>(data);
  }
};

}  // namespace rs
