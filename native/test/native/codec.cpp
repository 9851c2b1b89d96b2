// The coders: every instruction set makes the portable one's bytes and reads them
// back, for each number of lanes and sizes around a step; planes of every layout and
// rows of grids come back whole, and coded bytes that are cut or longer are refused.
#include "base/cpu.hpp"
#include "check.hpp"
#include "codec/grid.hpp"
#include "codec/plane.hpp"
#include "codec/planes.hpp"
#include "codec_samples.hpp"
#include "kernels/byte_planes.hpp"
#include "kernels/dispatch.hpp"
#include "kernels/rans.hpp"

RS_FAMILY_ACCESS(RansKernels, rans_kernels, rans)
RS_FAMILY_ACCESS(BytePlanesKernels, byte_planes_kernels, byte_planes)

using namespace rs;
using namespace rs::codec;
using namespace rs::test;

namespace {

std::vector<uint8_t> words_of(Isa isa, const std::vector<uint32_t>& table, const std::vector<uint8_t>& which,
                              const std::vector<uint8_t>& symbols, int lanes, std::vector<uint32_t>& states) {
  states.assign(128, kRansLowest);
  std::vector<uint8_t> room(kRansSlack + 2 * symbols.size());
  uint8_t* end = room.data() + room.size();
  const uint8_t* begin = rans(isa).encode(states.data(), lanes, table.data(),
                                          which.empty() ? nullptr : which.data(), symbols.data(),
                                          symbols.size(), end);
  return std::vector<uint8_t>(begin, static_cast<const uint8_t*>(end));
}

void streams_equal_the_portable_ones(Random& random) {
  constexpr size_t kTables = 3;
  std::vector<uint32_t> table(256 * kTables), slots(kRansScale * kTables);
  for (size_t t = 0; t < kTables; ++t) {
    Counts counts{};
    // From nearly flat over bell-shaped to one symbol that is nearly all there is.
    for (size_t s = 0; s < 256; ++s) counts[s] = t == 0 ? 1 : 1 + (t == 1 ? (s % 16) * (s % 16) : 0);
    if (t == 2) counts[77] = 1 << 20;
    const Frequencies freqs = frequencies_of(counts);
    fill_intervals(freqs.data(), table.data() + 256 * t);
    fill_slots(freqs.data(), slots.data() + kRansScale * t);
  }
  for (int lanes : kLanes) {
    for (size_t n : {0, 1, 3, 4, 5, 31, 32, 33, 127, 128, 129, 1000, 5000}) {
      for (bool many : {false, true}) {
        std::vector<uint8_t> symbols(n), which(many ? n : 0);
        for (uint8_t& s : symbols) s = static_cast<uint8_t>(random.next() >> 20);
        for (uint8_t& w : which) w = static_cast<uint8_t>(random.below(kTables));
        std::vector<uint32_t> states, same;
        const auto words = words_of(Isa::portable, table, which, symbols, lanes, states);
        const std::string what = std::to_string(lanes) + " lanes, " + std::to_string(n) + " symbols";
        check(words_of(active_isa(), table, which, symbols, lanes, same) == words && same == states,
              "the same words and states: " + what);
        // Memory of exactly these sizes, so that a sanitizer sees what is read beyond it.
        std::vector<uint8_t> back(n);
        auto left = states;
        const uint8_t* end = words.data() + words.size();
        const uint8_t* at = rans().decode(left.data(), lanes, slots.data(), many ? which.data() : nullptr,
                                          words.data(), end, back.data(), n);
        check(at == end && back == symbols, "the symbols come back: " + what);
        for (int lane = 0; lane < lanes; ++lane) check(left[static_cast<size_t>(lane)] == kRansLowest, "lowest state: " + what);
        if (words.empty()) continue;
        left = states;
        check(rans().decode(left.data(), lanes, slots.data(), many ? which.data() : nullptr, words.data(),
                            end - 2, back.data(), n) == nullptr,
              "a word too few is noticed: " + what);
      }
    }
  }
}

void planes_split_and_join(Random& random) {
  for (int period : {1, 2, 3, 4, 8, 18}) {
    for (bool rotate : {false, true}) {
      if (rotate && period != 2 && period != 4 && period != 8) continue;
      for (size_t n : {0, 1, 7, 15, 16, 17, 31, 32, 33, 100}) {
        const auto width = static_cast<size_t>(period);
        std::vector<uint8_t> bytes(n * width), back(n * width, 1), room(n * width), want(n * width);
        for (uint8_t& b : bytes) b = static_cast<uint8_t>(random.next() >> 20);
        std::vector<uint8_t*> planes;
        for (size_t p = 0; p < width; ++p) planes.push_back(room.data() + n * p);
        byte_planes().split(bytes.data(), n, period, rotate, planes.data());
        for (size_t i = 0; i < n; ++i) {
          for (size_t p = 0; p < width; ++p) {
            const uint8_t below = bytes[i * width + (p + width - 1) % width];
            const uint8_t own = bytes[i * width + p];
            want[n * p + i] = rotate ? static_cast<uint8_t>(own << 1 | below >> 7) : own;
          }
        }
        const std::string what = "period " + std::to_string(period) + ", " + std::to_string(n);
        check(room == want, "split: " + what);
        byte_planes().join(planes.data(), n, period, rotate, back.data());
        check(back == bytes, "join: " + what);
      }
    }
  }
}

// Few values, as exponents have them, which may become other ones on the way.
void counts_are_whole(Random& random) {
  for (int values : {1, 2, 15, 16, 17, 40, 256}) {
    for (size_t n : {0, 7, 4096, 16384, 16385, 100003}) {
      for (bool turns : {false, true}) {
        std::vector<uint8_t> bytes(n);
        Counts want{}, found{};
        want[3] = found[3] = 5;  // adds to what is there
        for (size_t i = 0; i < n; ++i) {
          const auto rare = random.below(300) == 0;
          const auto s = rare ? random.below(256) : random.below(static_cast<uint32_t>(values)) * 7;
          bytes[i] = static_cast<uint8_t>(s + (turns && i > n / 2 ? 128 : 0));
          ++want[bytes[i]];
        }
        byte_planes().count(bytes.data(), n, found.data());
        check(found == want, "counts: " + std::to_string(values) + " values, " + std::to_string(n));
      }
    }
  }
}

void planes_round_trip(Random& random) {
  for (unsigned period : {1u, 2u, 4u, 8u, 3u, 18u, 512u}) {
    for (size_t elements : {0, 1, 5, 300, 4095, 4096, 4097, 70000}) {
      for (size_t cut : {0u, 1u, period - 1}) {
        if (period == 512 && elements > 300) continue;
        const PlaneLayout layout{period, period == 2 || period == 4 || period == 8};
        const auto bytes = bell_bytes(random, elements * period + cut, period);
        std::vector<uint8_t> coded, back(bytes.size(), 1);
        encode_planes(bytes.data(), bytes.size(), layout, coded);
        const std::string what = "period " + std::to_string(period) + ", " + std::to_string(bytes.size()) + " bytes";
        check(decode_planes(coded.data(), coded.size(), back.data(), back.size()).ok() && back == bytes, what);
        check(!decode_planes(coded.data(), coded.size() - 1, back.data(), back.size()).ok(), "cut: " + what);
        check(!decode_planes(coded.data(), coded.size(), back.data(), back.size() - (back.empty() ? 0 : 1)).ok() ||
                  back.empty(),
              "another length: " + what);
        coded.push_back(0);
        check(!decode_planes(coded.data(), coded.size(), back.data(), back.size()).ok(), "longer: " + what);
      }
    }
  }
}

void grids_round_trip(Random& random) {
  for (size_t rows : {0, 1, 2, 64, 300}) {
    for (size_t columns : {0, 1, 5, 64, 257}) {
      const SampleGrid grid(random, rows, columns);
      std::vector<uint8_t> coded;
      encode_grid_rows(grid.head(), grid.rows(), coded);
      std::vector<int32_t> codes(rows * columns, -7);
      std::vector<float> values(rows * columns, -7);
      const std::string what = std::to_string(rows) + " x " + std::to_string(columns);
      check(decode_grid_rows(grid.head(), coded.data(), coded.size(), rows, codes.data()).ok() && codes == grid.codes, what);
      check(decode_grid_rows(grid.head(), coded.data(), coded.size(), rows, values.data()).ok(), "values: " + what);
      for (size_t i = 0; i < values.size(); ++i) {
        const float want = static_cast<float>(codes[i]) * grid.steps[i % columns] * f16_to_f32(grid.row_scales[i / columns]);
        if (values[i] != want) return fail("value " + std::to_string(i) + " of " + what);
      }
      for (size_t size = 0; size < coded.size(); size += 1 + size / 16) {
        check(!decode_grid_rows(grid.head(), coded.data(), size, rows, codes.data()).ok(), "cut: " + what);
      }
    }
  }
}

}  // namespace

int main() {
  constexpr uint64_t kSeed = 20261127;
  return each_isa(kSeed, [] {
    Random random(kSeed);
    streams_equal_the_portable_ones(random);
    planes_split_and_join(random);
  counts_are_whole(random);
    planes_round_trip(random);
    grids_round_trip(random);
  });
}
