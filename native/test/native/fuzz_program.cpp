// Breaks sample programs at random and feeds them to the executor. Run under the
// address sanitizer (`npm run sanitize`): nothing may crash, hang or read beyond
// its memory; what is still legal runs, on hostile inputs and slots. Three ways to
// break one: its words; its plan, in which values move onto each other; and its
// operations, which change places, operands and memory.
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

// Values move by whole lines, onto what else may live there.
void mutate(TextPlan& plan, std::mt19937_64& random) {
  for (uint64_t& offset : plan.offset) {
    if (random() % 3 != 0) continue;
    if (random() % 2 == 0) offset = plan.offset[random() % plan.offset.size()];
    else offset = random() % (plan.arena / 64 + 1) * 64;
  }
}

void mutate(TextProgram& p, std::mt19937_64& random) {
  const auto any = [&](auto& list) -> auto& { return list[random() % list.size()]; };
  TextOp& op = any(p.ops);
  switch (random() % 6) {
    case 0: std::swap(op, any(p.ops)); break;
    case 1:
      if (!op.in.empty()) any(op.in) = random() % p.tensors.size();
      break;
    case 2: any(op.out) = random() % p.tensors.size(); break;
    case 3: any(p.tensors).storage = static_cast<Storage>(random() % 4); break;
    case 4: p.ops.insert(p.ops.begin() + static_cast<long>(random() % p.ops.size()), TextOp(op)); break;
    default: any(p.tensors) = any(p.tensors); break;
  }
}

std::vector<double> broken(const TextProgram& sample, std::mt19937_64& random) {
  TextProgram p = sample;
  const bool operations = random() % 3 == 0;
  if (operations) mutate(p, random);
  TextPlan plan = plan_text(p);
  if (random() % 4 == 0) mutate(plan, random);
  std::vector<double> words = encode_text(p, plan);
  if (!operations && random() % 8 != 0) mutate(words, random);
  return words;
}

// Every 32-bit pattern is fair: NaN, infinities, ids far out of range.
uint32_t odd_bits(std::mt19937_64& random) {
  static const uint32_t kOdd[] = {0, 1, 2, 5, 15, 16, 0x7fffffff, 0x80000000, 0xffffffff,
                                  0x7f800000, 0xff800000, 0x7fc00000, 0x3f800000, 0xc0000000};
  return random() % 8 == 0 ? static_cast<uint32_t>(random())
                           : kOdd[random() % (sizeof kOdd / sizeof *kOdd)];
}

// Legal contents are ids, flags and positions that most operations take; the others
// are whatever 32 bits can be.
void fill(uint8_t* data, size_t bytes, std::mt19937_64& random) {
  const unsigned kind = static_cast<unsigned>(random() % 4);
  for (size_t i = 0; i + 4 <= bytes; i += 4) {
    uint32_t bits = 0;
    if (kind == 1) bits = static_cast<uint32_t>(random() % 2);
    if (kind == 2) bits = static_cast<uint32_t>(i / 4);
    if (kind == 3) bits = odd_bits(random);
    std::memcpy(data + i, &bits, 4);
  }
}

bool small_enough(const Executor& executor) {
  const Program& p = executor.program();
  uint64_t work = 1;
  for (const ValueDesc& value : p.values) {
    std::vector<int64_t> most;
    for (const DimRange& dim : p.dims) most.push_back(dim.max);
    Tensor t;
    if (!resolve(value, most, t).ok()) return false;
    work = std::max<uint64_t>(work, static_cast<uint64_t>(t.elements()));
    for (int axis = 0; axis < t.rank; ++axis) {
      work = std::max<uint64_t>(work, static_cast<uint64_t>(t.shape[axis]));
    }
  }
  return work <= kMostMemory / 4 && executor.arena_bytes() <= kMostMemory &&
         executor.workspace_bytes() <= 16 * kMostMemory;
}

std::shared_ptr<Memory> memory_of(size_t bytes, std::mt19937_64& random) {
  std::shared_ptr<Memory> memory;
  if (Memory::allocate(bytes, memory).ok()) fill(memory->data(), bytes, random);
  return memory;
}

// Inputs, slots and outputs that mostly fit; now and then one memory under two
// names, a run that stops early, values that are read before they are written.
bool build_request(const Program& p, std::mt19937_64& random, RunRequest& request) {
  for (const DimRange& dim : p.dims) {
    request.dims.push_back(dim.min + static_cast<int64_t>(random() % static_cast<uint64_t>(
                                                              dim.max - dim.min + 1)));
  }
  request.inputs.resize(p.inputs);
  std::vector<size_t> slot_bytes(p.slot_writable.size(), 0);
  for (const ValueDesc& value : p.values) {
    Tensor t;
    if (!resolve(value, request.dims, t).ok()) return false;
    if (value.storage == Storage::input) {
      auto& bytes = request.inputs[value.index].own;
      bytes.resize(t.bytes());
      fill(bytes.data(), bytes.size(), random);
    } else if (value.storage == Storage::slot) {
      slot_bytes[value.index] = std::max(slot_bytes[value.index], t.bytes());
    }
  }
  std::shared_ptr<Memory> shared;
  for (size_t bytes : slot_bytes) {
    const bool again = shared != nullptr && shared->bytes() >= bytes && random() % 4 == 0;
    if (!again) shared = memory_of(bytes, random);
    if (shared == nullptr) return false;
    request.slots.emplace_back(shared);
  }
  if (random() % 8 == 0 && !p.ops.empty()) {
    request.stop_after = static_cast<int64_t>(random() % p.ops.size());
    for (int i = 0; i < 3; ++i) request.read.push_back(static_cast<uint32_t>(random() % p.values.size()));
  }
  if (random() % 4 == 0) {
    const size_t outputs = request.stop_after >= 0 ? request.read.size() : p.outputs.size();
    for (size_t i = 0; i < outputs; ++i) {
      if (random() % 2 == 0) request.outputs.emplace_back();
      else request.outputs.emplace_back(shared == nullptr || random() % 2 == 0 ? memory_of(4096, random) : shared);
    }
  }
  return true;
}

struct Tally {
  long legal = 0, ran = 0, several = 0, aliases = 0;
};

void try_run(Executor& executor, ThreadPool& pool, std::mt19937_64& random, Tally& tally) {
  if (!small_enough(executor)) return;
  RunRequest request;
  if (!build_request(executor.program(), random, request)) return;
  const Status admitted = executor.admit(request);
  if (!admitted.ok()) {
    tally.aliases += std::strcmp(admitted.code, "ERR_ALIAS") == 0;
    return;
  }
  const std::atomic<bool> cancelled{false};
  RunResult result;
  executor.run(request, pool, cancelled, result);
  tally.ran += result.status.ok();
  tally.several += result.status.ok() && executor.program().ops.size() > 1;
}

// Constants of the sizes that the program asks for, if they are sizes.
std::vector<std::vector<uint8_t>> constants_of(std::span<const double> words, std::mt19937_64& random) {
  Program p;
  std::vector<std::vector<uint8_t>> out;
  if (!decode(words, p).ok()) return out;
  for (uint64_t bytes : p.constant_bytes) {
    out.emplace_back(std::min<uint64_t>(bytes, 1 << 16));
    fill(out.back().data(), out.back().size(), random);
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  const long rounds = argc > 1 ? std::atol(argv[1]) : 300000;
  const unsigned long seed = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 20261123;
  std::printf("fuzz_program: %ld rounds, seed %lu\n", rounds, seed);
  std::mt19937_64 random(seed);
  std::vector<TextProgram> corpus;
  for (const char* line : kSamplePrograms) corpus.push_back(parse_program(line));
  ThreadPool pool(2);
  Tally tally;
  for (long i = 0; i < rounds; ++i) {
    const std::vector<double> words = broken(corpus[random() % corpus.size()], random);
    std::shared_ptr<Executor> executor;
    if (!Executor::create(words, constants_of(words, random), pool.size(), executor).ok()) continue;
    ++tally.legal;
    try_run(*executor, pool, random, tally);
  }
  std::printf("fuzz_program: %ld programs were legal, %ld ran, %ld of several operations; %ld aliases refused\n",
              tally.legal, tally.ran, tally.several, tally.aliases);
  // Else the fuzzer no longer reaches the operations.
  const bool reaches = tally.legal > rounds / 10 && tally.ran > rounds / 20 &&
                       tally.several > rounds / 100 && tally.aliases > rounds / 2000;
  return reaches ? 0 : 1;
}
