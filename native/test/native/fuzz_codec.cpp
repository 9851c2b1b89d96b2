// Changes coded chunks at random and decodes them. Run under the address sanitizer
// (`npm run sanitize`, `npm run fuzz:codec`): nothing may crash, hang, or read or
// write beyond its memory, which is of exactly the sizes that a caller would have.
// What is refused must be refused with ERR_CHUNK, and what is not must be whole:
// a chunk whose contents differ from the original's differs in its bytes too.
//
//   test_fuzz_codec [rounds] [seed]
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <string>

#include "codec/grid.hpp"
#include "codec/planes.hpp"
#include "codec_samples.hpp"

using namespace rs;
using namespace rs::codec;
using namespace rs::test;

namespace {

// A coded chunk, and the size of what it stands for.
struct Sample {
  std::vector<uint8_t> coded;
  size_t bytes = 0;
  std::unique_ptr<SampleGrid> grid;  // null for planes
};

std::vector<Sample> make_samples(Random& random) {
  std::vector<Sample> samples;
  for (unsigned period : {1u, 2u, 4u, 8u, 3u, 18u, 34u, 512u}) {
    for (size_t elements : {3, 60, 900, 3000}) {
      if (period > 34 && elements > 60) continue;
      Sample sample;
      const auto bytes = bell_bytes(random, elements * period + elements % period, period);
      const bool rotate = period == 2 || period == 4 || period == 8;
      encode_planes(bytes.data(), bytes.size(), {period, rotate}, sample.coded);
      sample.bytes = bytes.size();
      samples.push_back(std::move(sample));
    }
  }
  // Enough symbols for 32 and 128 lanes; few of them, since they take long.
  for (size_t symbols : {size_t{1} << 16, size_t{1} << 18}) {
    Sample sample;
    const auto bytes = bell_bytes(random, symbols, 1);
    encode_planes(bytes.data(), bytes.size(), {1, false}, sample.coded);
    sample.bytes = bytes.size();
    samples.push_back(std::move(sample));
  }
  for (size_t rows : {1, 8, 40}) {
    for (size_t columns : {1, 9, 70}) {
      Sample sample;
      sample.grid = std::make_unique<SampleGrid>(random, rows, columns);
      encode_grid_rows(sample.grid->head(), sample.grid->rows(), sample.coded);
      sample.bytes = 4 * rows * columns;
      samples.push_back(std::move(sample));
    }
  }
  return samples;
}

// Half of the changes are near the beginning, where lengths and tables are.
void mutate(std::vector<uint8_t>& bytes, Random& random) {
  static constexpr uint8_t kOdd[] = {0, 1, 2, 3, 0x7f, 0x80, 0xff, 0x10, 0x32, 0x81};
  for (int64_t changes = 1 + random.below(4); changes > 0 && !bytes.empty(); --changes) {
    const auto range = static_cast<int64_t>(random.below(2) == 0 ? std::min<size_t>(bytes.size(), 64) : bytes.size());
    const auto at = static_cast<size_t>(random.below(range));
    switch (random.below(6)) {
      case 0: bytes[at] = kOdd[random.below(sizeof kOdd)]; break;
      case 1: bytes[at] = static_cast<uint8_t>(random.next() >> 20); break;
      case 2: bytes[at] ^= static_cast<uint8_t>(1 << random.below(8)); break;
      case 3: bytes.erase(bytes.begin() + static_cast<long>(at)); break;
      case 4: bytes.insert(bytes.begin() + static_cast<long>(at), static_cast<uint8_t>(random.next() >> 20)); break;
      default: bytes.resize(at); break;
    }
  }
}

Status decode(const Sample& sample, const std::vector<uint8_t>& coded, uint8_t* into, bool values) {
  // A copy of exactly the size: a vector's capacity would hide reads beyond it.
  const std::unique_ptr<uint8_t[]> exact(new uint8_t[coded.size()]);
  if (!coded.empty()) std::memcpy(exact.get(), coded.data(), coded.size());
  if (sample.grid == nullptr) return decode_planes(exact.get(), coded.size(), into, sample.bytes);
  const GridHead head = sample.grid->head();
  const size_t rows = sample.grid->n;
  if (values) return decode_grid_rows(head, exact.get(), coded.size(), rows, reinterpret_cast<float*>(into));
  return decode_grid_rows(head, exact.get(), coded.size(), rows, reinterpret_cast<int32_t*>(into));
}

}  // namespace

int main(int argc, char** argv) {
  const long rounds = argc > 1 ? std::atol(argv[1]) : 200000;
  const unsigned long seed = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 20261127;
  std::printf("fuzz_codec: %ld rounds, seed %lu, %s\n", rounds, seed, isa_name(active_isa()));
  std::fflush(stdout);
  Random random(seed);
  const auto samples = make_samples(random);
  long refused = 0, decoded = 0, wrong = 0;
  for (long i = 0; i < rounds; ++i) {
    // The two long ones now and then.
    auto at = static_cast<size_t>(random.below(static_cast<int64_t>(samples.size())));
    if (samples[at].bytes > 60000 && random.below(64) != 0) at = 0;
    const Sample& sample = samples[at];
    auto coded = sample.coded;
    mutate(coded, random);
    const std::unique_ptr<uint8_t[]> into(new uint8_t[sample.bytes]);
    const Status status = decode(sample, coded, into.get(), random.below(2) == 0);
    if (status.ok()) ++decoded;
    else if (std::strcmp(status.code, "ERR_CHUNK") == 0) ++refused;
    else ++wrong;
    if ((i + 1) % 1000000 == 0) {
      std::printf("fuzz_codec: %ld done, %ld refused, %ld decoded\n", i + 1, refused, decoded);
      std::fflush(stdout);
    }
  }
  std::printf("fuzz_codec: %ld refused with ERR_CHUNK, %ld decoded, %ld other errors\n", refused, decoded, wrong);
  // Else the fuzzer no longer reaches the decoders' insides.
  return wrong == 0 && refused > rounds / 4 && decoded > rounds / 100 ? 0 : 1;
}
