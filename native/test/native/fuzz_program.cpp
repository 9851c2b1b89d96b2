// Breaks sample programs at random and feeds them to the executor. Run under the
// address sanitizer (`npm run sanitize`): nothing may crash, hang or read beyond
// its memory; what is still legal runs, on hostile inputs.
//
//   test_fuzz_program [rounds] [seed]
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <random>

#include "program/executor.hpp"
#include "program_text.hpp"
#include "sample_programs.hpp"

using namespace rs;
using namespace rs::test;

namespace {

constexpr uint64_t kMostMemory = 16 << 20;  // what a round may run with

double odd_number(std::mt19937_64& random) {
  static const double kOdd[] = {0,    1,     2,    3,     4,         5,         7,
                                8,    16,    31,   32,    63,        64,        65,
                                -1,   -2,    0.5,  128,   255,       256,       1e3,
                                65536, 1e6,  2147483647., 4294967296., 1e12,    7.03687441e13,
                                1e300, -1e300, std::numeric_limits<double>::infinity(),
                                std::numeric_limits<double>::quiet_NaN()};
  return kOdd[random() % (sizeof kOdd / sizeof *kOdd)];
}

void mutate(std::vector<double>& words, std::mt19937_64& random) {
  const int changes = 1 + static_cast<int>(random() % 3);
  for (int i = 0; i < changes && !words.empty(); ++i) {
    const size_t at = random() % words.size();
    switch (random() % 5) {
      case 0: words[at] = odd_number(random); break;
      case 1: words[at] += static_cast<double>(random() % 5) - 2; break;
      case 2: words.erase(words.begin() + static_cast<long>(at)); break;
      case 3: words.insert(words.begin() + static_cast<long>(at), odd_number(random)); break;
      default: std::swap(words[at], words[random() % words.size()]); break;
    }
  }
}

// Every 32-bit pattern is fair: NaN, infinities, ids far out of range.
uint32_t odd_bits(std::mt19937_64& random) {
  static const uint32_t kOdd[] = {0, 1, 2, 5, 15, 16, 0x7fffffff, 0x80000000, 0xffffffff,
                                  0x7f800000, 0xff800000, 0x7fc00000, 0x3f800000, 0xc0000000};
  return random() % 8 == 0 ? static_cast<uint32_t>(random())
                           : kOdd[random() % (sizeof kOdd / sizeof *kOdd)];
}

void try_run(Executor& executor, ThreadPool& pool, std::mt19937_64& random) {
  const Program& p = executor.program();
  uint64_t work = 1;
  for (const ValueDesc& value : p.values) {
    std::vector<int64_t> most;
    for (const DimRange& dim : p.dims) most.push_back(dim.max);
    Tensor t;
    if (!resolve(value, most, t).ok()) return;
    work = std::max<uint64_t>(work, static_cast<uint64_t>(t.elements()));
    for (int axis = 0; axis < t.rank; ++axis) {
      work = std::max<uint64_t>(work, static_cast<uint64_t>(t.shape[axis]));
    }
  }
  if (work > kMostMemory / 4 || executor.arena_bytes() > kMostMemory ||
      executor.workspace_bytes() > 16 * kMostMemory) {
    return;
  }
  RunRequest request;
  for (const DimRange& dim : p.dims) {
    request.dims.push_back(dim.min + static_cast<int64_t>(random() % static_cast<uint64_t>(
                                                              dim.max - dim.min + 1)));
  }
  request.inputs.resize(p.inputs);
  std::vector<size_t> slot_bytes(p.slot_writable.size(), 0);
  for (const ValueDesc& value : p.values) {
    Tensor t;
    if (!resolve(value, request.dims, t).ok()) return;
    if (value.storage == Storage::input) {
      auto& bytes = request.inputs[value.index].own;
      bytes.resize(t.bytes());
      const bool legal = random() % 2 == 0;
      for (size_t i = 0; i + 4 <= bytes.size(); i += 4) {
        const uint32_t bits = legal ? static_cast<uint32_t>(random() % 2) : odd_bits(random);
        std::memcpy(bytes.data() + i, &bits, 4);
      }
    } else if (value.storage == Storage::slot) {
      slot_bytes[value.index] = std::max(slot_bytes[value.index], t.bytes());
    }
  }
  for (size_t bytes : slot_bytes) {
    std::shared_ptr<Memory> memory;
    if (!Memory::allocate(bytes, memory).ok()) return;
    request.slots.push_back(memory);
  }
  if (!executor.admit(request).ok()) return;
  const std::atomic<bool> cancelled{false};
  RunResult result;
  executor.run(request, pool, cancelled, result);
}

}  // namespace

int main(int argc, char** argv) {
  const long rounds = argc > 1 ? std::atol(argv[1]) : 60000;
  const unsigned long seed = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 20261123;
  std::printf("fuzz_program: %ld rounds, seed %lu\n", rounds, seed);
  std::mt19937_64 random(seed);
  std::vector<std::vector<double>> corpus;
  for (const char* line : kSamplePrograms) corpus.push_back(encode_text(parse_program(line)));
  ThreadPool pool(2);
  long accepted = 0;
  for (long i = 0; i < rounds; ++i) {
    std::vector<double> words = corpus[random() % corpus.size()];
    if (random() % 16 != 0) mutate(words, random);
    std::shared_ptr<Executor> executor;
    if (!Executor::create(words, {}, pool.size(), executor).ok()) continue;
    ++accepted;
    try_run(*executor, pool, random);
  }
  std::printf("fuzz_program: ok, %ld programs were legal\n", accepted);
  return accepted > rounds / 50 ? 0 : 1;  // else the fuzzer no longer reaches the operations
}
