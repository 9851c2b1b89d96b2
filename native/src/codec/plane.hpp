// One plane: a string of bytes whose length the reader knows. Constant, raw or
// entropy coded, whatever is smallest.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "frequencies.hpp"
#include "reader.hpp"
#include "stream.hpp"

namespace rs::codec {

// Writes planes one after another: each may use the table of the one before it.
class PlaneWriter {
 public:
  explicit PlaneWriter(std::vector<uint8_t>& out) : out_(out) {}
  void add(const uint8_t* plane, size_t length);

 private:
  bool code(const uint8_t* plane, size_t length, const Counts& counts);

  std::vector<uint8_t>& out_;
  std::optional<Frequencies> last_;
};

// Where the bytes of a plane come from.
struct PlaneSource {
  const uint8_t* raw = nullptr;  // else coded or constant
  bool coded = false;
  uint8_t value = 0;
  size_t table = 0;  // which of the reader's tables
  StreamDecoder stream;
};

// Reads what PlaneWriter wrote; the bytes are decoded by who asked for the source.
class PlaneReader {
 public:
  explicit PlaneReader(Reader& from) : from_(from) {}

  // False for anything that is no plane of this length.
  bool next(size_t length, PlaneSource& source);
  const Frequencies& table() const { return table_; }  // of the last source that is coded
  size_t tables() const { return tables_; }

 private:
  Reader& from_;
  Frequencies table_{};
  size_t tables_ = 0;
};

// All of a plane, into memory of its length; slots: room for 4,096 entries.
bool read_plane(PlaneReader& planes, size_t length, uint32_t* slots, uint8_t* into);

}  // namespace rs::codec
