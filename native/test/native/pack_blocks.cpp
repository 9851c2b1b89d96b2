// Packing blocks of model files: exact values where codes are kept, every type and target at odd
// sizes (the sanitizers watch what is read and written), and what is refused.
#include <cmath>

#include "base/half.hpp"
#include "check.hpp"
#include "operations/block_types.hpp"
#include "operations/weights.hpp"

using namespace rs;
using namespace rs::test;

namespace {

Array packed_array(const std::vector<double>& a) {
  return Array(DType::u8,
               {packed_bytes(int(a[0]), int64_t(a[1]), int64_t(a[2]), int64_t(a[3]), a[4] != 0)});
}

// Random bytes whose halves that are scales or floats are of usual size.
Array random_blocks(Random& random, const BlockType& type, int64_t bytes) {
  Array blocks(DType::u8, {bytes});
  for (int64_t i = 0; i < bytes; ++i) blocks.raw()[i] = uint8_t(random.below(256));
  for (int64_t at = 0; at + type.bytes <= bytes; at += type.bytes) {
    for (int64_t half : {int64_t{1}, int64_t{3}, type.bytes - 1}) {
      if (half >= type.bytes) continue;
      blocks.raw()[at + half] = uint8_t((blocks.raw()[at + half] & 0x83) | 0x2c);
    }
  }
  return blocks;
}

float half_at(const uint8_t* p) { return f16_to_f32(uint16_t(p[0] | p[1] << 8)); }

constexpr float kTable[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                              1,    13,   25,  38,  53,  69,  89,  113};

// Weight i of a row of Q8_0, Q4_0 or IQ4_NL, as ggml defines it.
float weight_of(const BlockType& type, const uint8_t* row, int64_t i) {
  const uint8_t* block = row + i / 32 * type.bytes;
  const int64_t j = i % 32;
  if (type.bytes == 34) return half_at(block) * float(int8_t(block[2 + j]));
  const int code = j < 16 ? block[2 + j] & 15 : block[2 + j - 16] >> 4;
  return half_at(block) * (type.id == 20 ? kTable[code] : float(code - 8));
}

void check_exact(Random& random, const BlockType& type, double format) {
  for (int64_t n : {0, 1, 31, 32, 33, 64, 70}) {
    for (int64_t k : {0, 32, 160}) {
      const std::vector<double> shape = {format, double(n), double(k), 32, 0};
      const std::vector<double> attrs = {format, double(n), double(k), 32, 0, double(type.id)};
      const int64_t row = k / 32 * type.bytes;
      const Array blocks = random_blocks(random, type, n * row);
      Array packed = packed_array(shape), back = f32({n, k});
      run("pack_blocks", {blocks}, {packed}, attrs);
      run("unpack_weight", {packed}, {back}, shape);
      bool same = true;
      for (int64_t r = 0; r < n; ++r) {
        for (int64_t i = 0; i < k; ++i) {
          same = same && back.f()[r * k + i] == weight_of(type, blocks.raw() + r * row, i);
        }
      }
      check(same, "pack_blocks: keeps every value");
    }
  }
}

void check_every_target(Random& random, const BlockType& type) {
  const std::vector<std::vector<double>> targets = {
      {0, 0, 0}, {1, 0, 0}, {2, 0, 0}, {3, 32, 0}, {3, 64, 1}, {4, 32, 1}, {4, 128, 0}, {5, 32, 0}, {5, 64, 0}};
  for (const auto& target : targets) {
    for (int64_t n : {0, 1, 33}) {
      for (int64_t blocks : {0, 1, 3}) {
        const int64_t k = blocks * type.weights;
        const std::vector<double> shape = {target[0], double(n), double(k), target[1], target[2]};
        std::vector<double> attrs = shape;
        attrs.push_back(double(type.id));
        const Array source = random_blocks(random, type, n * blocks * type.bytes);
        Array packed = packed_array(shape), back = f32({n, k});
        run("pack_blocks", {source}, {packed}, attrs);
        run("unpack_weight", {packed}, {back}, shape);
        bool finite = true;
        for (int64_t i = 0; i < n * k; ++i) finite = finite && std::isfinite(back.f()[i]);
        check(finite, "pack_blocks: finite blocks give finite weights");
      }
    }
  }
}

void check_refused() {
  const std::vector<double> q8 = {3, 33, 64, 32, 0, 8};
  const Array blocks(DType::u8, {33 * 68});
  Array packed = packed_array(q8);
  expect_refused("pack_blocks", {blocks}, {packed}, {3, 33, 64, 32, 0, 9}, "ERR_OUT_OF_RANGE");
  expect_refused("pack_blocks", {blocks}, {packed}, {3, 33, 64, 32, 0, -1}, "ERR_OUT_OF_RANGE");
  expect_refused("pack_blocks", {blocks}, {packed}, {3, 33, 64, 32, 0, 12}, "ERR_SHAPE");
  expect_refused("pack_blocks", {Array(DType::u8, {33 * 68 - 1})}, {packed}, q8, "ERR_SHAPE");
  expect_refused("pack_blocks", {blocks}, {Array(DType::u8, {64})}, q8, "ERR_SHAPE");
}

}  // namespace

int main() {
  constexpr uint64_t kSeed = 20264;
  return each_isa(kSeed, [] {
    Random random(kSeed);
    check_exact(random, *find_block_type(8), 3);
    check_exact(random, *find_block_type(2), 4);
    check_exact(random, *find_block_type(20), 5);
    for (const BlockType& type : block_types()) check_every_target(random, type);
    check_refused();
  });
}
