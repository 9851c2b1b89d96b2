// Programs cross from JavaScript as a flat list of doubles, in which every
// integer is exact:
//
//   magic, version
//   D, then D x (min, max)                         symbolic dimensions
//   C, then C x bytes                              constants, sent beside
//   S, then S x writable                           slots: parameters and state
//   arena bytes
//   V, then V x value: dtype, rank, rank x extent, storage
//        extent:  terms, terms x (coefficient, factors, factors x dim)
//        storage: 0 arena (offset, bytes) | 1 input (index, offset, bytes)
//               | 2 slot (index) | 3 constant (index)
//   O, then O x operation: opcode, (n, in...), (n, out...), (n, attributes...)
//   R, then R x value                              outputs
#include <cmath>

#include "program.hpp"

namespace rs {
namespace {

constexpr double kMagic = 0x52535031;
constexpr double kVersion = 1;
constexpr int64_t kMaxDims = 64, kMaxTerms = 64, kMaxFactors = 16, kMaxAttrs = 64, kMaxArity = 4096;
constexpr int64_t kMaxExtent = int64_t{1} << 46;

class Reader {
 public:
  explicit Reader(std::span<const double> words) : words_(words) {}

  // Every count is bounded by the words that are left, so a short message can't
  // ask for a large allocation.
  bool count(const char* what, int64_t limit, size_t words_each, size_t& out) {
    int64_t n = 0;
    if (!integer(what, 0, limit, n)) return false;
    if (words_each > 0 && static_cast<size_t>(n) > (words_.size() - at_) / words_each) {
      return fail(what, "more than the program has words for");
    }
    out = static_cast<size_t>(n);
    return true;
  }

  bool integer(const char* what, int64_t low, int64_t high, int64_t& out) {
    double x = 0;
    if (!number(what, x)) return false;
    if (!(x >= static_cast<double>(low) && x <= static_cast<double>(high)) ||
        x != std::trunc(x)) {
      return fail(what, "expected an integer from " + std::to_string(low) + " to " +
                            std::to_string(high) + ", found " + std::to_string(x));
    }
    out = static_cast<int64_t>(x);
    return true;
  }

  template <typename T>
  bool unsigned_integer(const char* what, int64_t high, T& out) {
    int64_t x = 0;
    if (!integer(what, 0, high, x)) return false;
    out = static_cast<T>(x);
    return true;
  }

  bool number(const char* what, double& out) {
    if (at_ >= words_.size()) return fail(what, "the program ends here");
    out = words_[at_++];
    return true;
  }

  bool fail(const char* what, const std::string& why) {
    if (status.ok()) {
      status = Status::error("ERR_PROGRAM",
                             std::string(what) + " at word " + std::to_string(at_) + ": " + why);
    }
    return false;
  }

  bool at_end() const { return at_ == words_.size(); }

  Status status;

 private:
  std::span<const double> words_;
  size_t at_ = 0;
};

bool read_extent(Reader& r, size_t dims, Extent& out) {
  size_t terms = 0;
  if (!r.count("extent terms", kMaxTerms, 2, terms)) return false;
  out.resize(terms);
  for (Term& term : out) {
    size_t factors = 0;
    if (!r.integer("coefficient", -kMaxExtent, kMaxExtent, term.coefficient)) return false;
    if (!r.count("factors", kMaxFactors, 1, factors)) return false;
    term.dims.resize(factors);
    for (uint32_t& dim : term.dims) {
      if (!r.unsigned_integer("dimension", static_cast<int64_t>(dims) - 1, dim)) return false;
    }
  }
  return true;
}

bool read_value(Reader& r, Program& p, ValueDesc& v) {
  size_t rank = 0;
  if (!r.unsigned_integer("dtype", kDTypes - 1, v.dtype)) return false;
  if (!r.count("rank", kMaxRank, 1, rank)) return false;
  v.shape.resize(rank);
  for (Extent& extent : v.shape) {
    if (!read_extent(r, p.dims.size(), extent)) return false;
  }
  if (!r.unsigned_integer("storage", 3, v.storage)) return false;
  const auto last = [](size_t n) { return static_cast<int64_t>(n) - 1; };
  switch (v.storage) {
    case Storage::slot: return r.unsigned_integer("slot", last(p.slot_writable.size()), v.index);
    case Storage::constant:
      return r.unsigned_integer("constant", last(p.constant_bytes.size()), v.index);
    case Storage::input:
      if (!r.unsigned_integer("input", 65535, v.index)) return false;
      p.inputs = std::max(p.inputs, v.index + 1);
      break;
    case Storage::arena: break;
  }
  const auto arena = static_cast<int64_t>(p.arena_bytes);
  return r.unsigned_integer("offset", arena, v.offset) &&
         r.unsigned_integer("bytes", arena - static_cast<int64_t>(v.offset), v.bytes);
}

bool read_ids(Reader& r, const char* what, size_t values, std::vector<uint32_t>& out) {
  size_t n = 0;
  if (!r.count(what, kMaxArity, 1, n)) return false;
  out.resize(n);
  for (uint32_t& id : out) {
    if (!r.unsigned_integer(what, static_cast<int64_t>(values) - 1, id)) return false;
  }
  return true;
}

bool read_op(Reader& r, const Program& p, OpDesc& op) {
  const auto operations = all_operations();
  size_t opcode = 0, attrs = 0;
  if (!r.unsigned_integer("opcode", static_cast<int64_t>(operations.size()) - 1, opcode)) {
    return false;
  }
  op.operation = operations[opcode];
  if (!read_ids(r, "operation inputs", p.values.size(), op.in)) return false;
  if (!read_ids(r, "operation outputs", p.values.size(), op.out)) return false;
  if (!r.count("attributes", kMaxAttrs, 1, attrs)) return false;
  op.attrs.resize(attrs);
  for (double& attr : op.attrs) {
    if (!r.number("attribute", attr)) return false;
  }
  return true;
}

bool read_program(Reader& r, Program& p) {
  double magic = 0, version = 0;
  if (!r.number("magic", magic) || !r.number("version", version)) return false;
  if (magic != kMagic) return r.fail("magic", "this is not a program");
  if (version != kVersion) return r.fail("version", "expected 1, found " + std::to_string(version));

  size_t n = 0;
  if (!r.count("dimensions", kMaxDims, 2, n)) return false;
  p.dims.resize(n);
  for (DimRange& dim : p.dims) {
    if (!r.integer("dimension min", 0, kMaxExtent, dim.min)) return false;
    if (!r.integer("dimension max", dim.min, kMaxExtent, dim.max)) return false;
  }
  if (!r.count("constants", kMaxExtent, 1, n)) return false;
  p.constant_bytes.resize(n);
  for (uint64_t& bytes : p.constant_bytes) {
    if (!r.unsigned_integer("constant bytes", kMaxExtent, bytes)) return false;
  }
  if (!r.count("slots", kMaxExtent, 1, n)) return false;
  p.slot_writable.resize(n);
  for (size_t i = 0; i < n; ++i) {
    bool writable = false;
    if (!r.unsigned_integer("slot writable", 1, writable)) return false;
    p.slot_writable[i] = writable;
  }
  if (!r.unsigned_integer("arena bytes", kMaxExtent, p.arena_bytes)) return false;
  if (!r.count("values", kMaxExtent, 4, n)) return false;
  p.values.resize(n);
  for (ValueDesc& value : p.values) {
    if (!read_value(r, p, value)) return false;
  }
  if (!r.count("operations", kMaxExtent, 4, n)) return false;
  p.ops.resize(n);
  for (OpDesc& op : p.ops) {
    if (!read_op(r, p, op)) return false;
  }
  if (!read_ids(r, "outputs", p.values.size(), p.outputs)) return false;
  return r.at_end() || r.fail("end", "more words follow the program");
}

}  // namespace

Status decode(std::span<const double> words, Program& out) {
  Reader reader(words);
  Program program;
  if (!read_program(reader, program)) return reader.status;
  out = std::move(program);
  return Status::good();
}

Status resolve(const ValueDesc& value, std::span<const int64_t> dims, Tensor& out) {
  out.dtype = value.dtype;
  out.rank = static_cast<int>(value.shape.size());
  out.data = nullptr;
  __int128 elements = 1;
  for (int axis = 0; axis < out.rank; ++axis) {
    __int128 sum = 0;
    for (const Term& term : value.shape[static_cast<size_t>(axis)]) {
      __int128 product = term.coefficient;
      for (uint32_t dim : term.dims) {
        product *= dims[dim];
        if (product > kMaxExtent || product < -kMaxExtent) {
          return Status::error("ERR_SHAPE", "an extent is too large");
        }
      }
      sum += product;
    }
    if (sum < 0 || sum > kMaxExtent) {
      return Status::error("ERR_SHAPE", "axis " + std::to_string(axis) + ": expected an extent from 0 to 2^46");
    }
    out.shape[axis] = static_cast<int64_t>(sum);
    elements *= sum;
    if (elements > kMaxExtent) return Status::error("ERR_SHAPE", "a value has more than 2^46 elements");
  }
  return Status::good();
}

Status at_value(size_t value, const Status& status) {
  return Status::error(status.code, "value " + std::to_string(value) + ": " + status.message);
}

}  // namespace rs
