// A decoded program: plain data, the same after decode() as what was sent, with
// names of operations resolved. verify() says whether it may be run.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include <span>
#include <vector>

#include "../base/status.hpp"
#include "operation.hpp"
#include "value.hpp"

namespace rs {

struct DimRange {
  int64_t min, max;
};

// A sum of coefficient * product of dims.
struct Term {
  int64_t coefficient;
  std::vector<uint32_t> dims;
};
using Extent = std::vector<Term>;

enum class Storage : uint8_t { arena = 0, input = 1, slot = 2, constant = 3 };

struct ValueDesc {
  DType dtype;
  std::vector<Extent> shape;
  Storage storage;
  uint32_t index = 0;   // of the input, slot or constant
  uint64_t offset = 0;  // in the arena, for arena and input
  uint64_t bytes = 0;   // planned there

  bool in_arena() const { return storage == Storage::arena || storage == Storage::input; }
};

struct OpDesc {
  const Operation* operation;
  std::vector<uint32_t> in, out;
  std::vector<double> attrs;
};

struct Program {
  std::vector<DimRange> dims;
  std::vector<uint64_t> constant_bytes;
  std::vector<bool> slot_writable;
  uint64_t arena_bytes = 0;
  std::vector<ValueDesc> values;
  std::vector<OpDesc> ops;
  std::vector<uint32_t> outputs;
  uint32_t inputs = 0;
};

// Reads the words described in decode.cpp. Anything malformed is ERR_PROGRAM
// with the position; nothing is allocated beyond what the words can hold.
Status decode(std::span<const double> words, Program& out);

// Checks what doesn't depend on the dims: ids, order, storage, that what an
// operation reads was written before and is not overwritten while it is read.
Status verify(const Program& program);

// The value's shape for these dims, data null. ERR_SHAPE when an extent is
// negative or larger than can be addressed.
Status resolve(const ValueDesc& value, std::span<const int64_t> dims, Tensor& out);

// The same refusal, with the value that it is about.
Status at_value(size_t value, const Status& status);

}  // namespace rs
