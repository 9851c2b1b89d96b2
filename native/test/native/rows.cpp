// A row's bits are its own: every row-wise operation gives a row the same bits
// among 1 to 512 rows, whatever the number of threads, and beside rows of NaN and
// infinity. A program that serves one request or many must answer alike.
#include "base/half.hpp"
#include "check.hpp"
#include "operations/weights.hpp"
#include "program_text.hpp"
#include "rows_table.hpp"

namespace rs::test {
namespace {

constexpr int64_t kMost = 512;

// The axis that the rows lie on, or -1.
int row_axis(const TextTensor& t) {
  for (size_t i = 0; i < t.shape.size(); ++i) {
    if (t.shape[i] < 0) return static_cast<int>(i);
  }
  return -1;
}

std::vector<int64_t> shape_of(const TextTensor& t, int64_t rows) {
  std::vector<int64_t> shape = t.shape;
  for (int64_t& extent : shape) extent = extent < 0 ? rows : extent;
  return shape;
}

// An operand as [outer][rows][bytes].
struct View {
  int64_t outer = 1, rows, bytes;
  uint8_t* data;
  View(const Array& x, int axis) : rows(x.tensor().shape[axis]), data(x.raw()) {
    for (int i = 0; i < axis; ++i) outer *= x.tensor().shape[i];
    bytes = outer * rows == 0 ? 0 : static_cast<int64_t>(x.bytes()) / (outer * rows);
  }
  uint8_t* at(int64_t o, int64_t row) const { return data + (o * rows + row) * bytes; }
};

Array first_rows(const Array& x, const TextTensor& t, int64_t rows) {
  const int axis = row_axis(t);
  if (axis < 0) return x;
  const Array y(t.dtype, shape_of(t, rows));
  const View from(x, axis), to(y, axis);
  for (int64_t o = 0; o < to.outer; ++o) {
    std::memcpy(to.at(o, 0), from.at(o, 0), static_cast<size_t>(rows * to.bytes));
  }
  return y;
}

// NaN and both infinities in a row of floats.
void spoil(const View& x, DType type, int64_t row) {
  static const float specials[] = {NAN, INFINITY, -INFINITY};
  const auto size = static_cast<int64_t>(dtype_bytes(type));
  for (int64_t o = 0; o < x.outer; ++o) {
    for (int64_t i = 0; i * size < x.bytes; ++i) {
      const float value = specials[(row + i) % 3];
      const uint16_t half = type == DType::bf16 ? f32_to_bf16(value) : f32_to_f16(value);
      const void* from = size == 4 ? static_cast<const void*>(&value) : &half;
      std::memcpy(x.at(o, row) + i * size, from, static_cast<size_t>(size));
    }
  }
}

// The one operation of a line of the table.
struct Signature {
  std::string operation;
  std::vector<TextTensor> in, out;
  std::vector<double> attrs;

  explicit Signature(const TextProgram& program)
      : operation(program.ops.at(0).operation), attrs(program.ops[0].attrs) {
    for (size_t i : program.ops[0].in) in.push_back(program.tensors[i]);
    for (size_t i : program.ops[0].out) out.push_back(program.tensors[i]);
  }
};

class Subject {
 public:
  Subject(const RowCase& c, Random& random) : case_(c), program_(parse_program(c.text)) {
    size_t indices = 0;
    for (const TextTensor& t : program_.in) {
      in_.push_back(t.dtype == DType::u8 ? weight(random) : operand(t, random, indices));
    }
    all_ = outputs(kMost);
    compute(in_, all_, 1);
  }

  void same_among_fewer() {
    for (int64_t rows = 1; rows < kMost; ++rows) {
      const bool few = rows <= 70, edge = rows % 128 <= 2 || rows % 128 == 127;
      if (case_.costly && !few && !edge) continue;
      Arrays in;
      for (size_t i = 0; i < in_.size(); ++i) in.push_back(first_rows(in_[i], program_.in[i], rows));
      const Arrays out = outputs(rows);
      compute(in, out, 1 + static_cast<int>(rows % 3));
      for (int64_t row = 0; row < rows; ++row) {
        if (!same_row(out, row)) return differs(row, std::to_string(rows) + " rows");
      }
    }
  }

  // One row in `step` stays as it was.
  void same_beside_spoilt(int64_t step) {
    Arrays in;
    for (size_t i = 0; i < in_.size(); ++i) {
      in.push_back(in_[i].clone());
      const int axis = row_axis(program_.in[i]);
      if (axis < 0 || program_.in[i].dtype == DType::i32) continue;
      const View rows(in.back(), axis);
      for (int64_t row = 0; row < kMost; ++row) {
        if (row % step != step / 2) spoil(rows, program_.in[i].dtype, row);
      }
    }
    const Arrays out = outputs(kMost);
    compute(in, out, 2);
    for (int64_t row = step / 2; row < kMost; row += step) {
      if (!same_row(out, row)) return differs(row, "NaN and infinity");
    }
  }

 private:
  Arrays outputs(int64_t rows) const {
    Arrays out;
    for (const TextTensor& t : program_.out) out.push_back(Array(t.dtype, shape_of(t, rows)));
    return out;
  }

  Array operand(const TextTensor& t, Random& random, size_t& indices) const {
    const Array x(t.dtype, shape_of(t, kMost));
    const int64_t below = t.dtype == DType::i32 ? case_.below.at(indices++) : 0;
    for (int64_t i = 0; i < x.size(); ++i) {
      const float value = random.uniform(-2.0f, 2.0f);
      if (t.dtype == DType::i32) x.i()[i] = int32_t(below == kAscending ? i : random.below(below));
      else if (t.dtype == DType::bf16) x.h()[i] = f32_to_bf16(value);
      else if (t.dtype == DType::f16) x.h()[i] = f32_to_f16(value);
      else x.f()[i] = value;
    }
    return x;
  }

  Array weight(Random& random) const {
    const std::vector<double> attrs(program_.attrs.begin(), program_.attrs.begin() + 5);
    const auto at = [&](size_t i) { return static_cast<int64_t>(attrs[i]); };
    const Array packed(DType::u8, {packed_bytes(int(at(0)), at(1), at(2), at(3), at(4) != 0)});
    compute("pack_weight", {random_f32(random, {at(1), at(2)}, -1.0f, 1.0f)}, {packed}, attrs, 1);
    return packed;
  }

  void compute(const char* name, const Arrays& in, const Arrays& out,
               const std::vector<double>& attrs, int threads) const {
    const Status status = run_on(name, in, out, attrs, threads);
    if (!status.ok()) fail(case_.text + ": " + status.code + " " + status.message);
  }
  void compute(const Arrays& in, const Arrays& out, int threads) const {
    compute(program_.operation.c_str(), in, out, program_.attrs, threads);
  }

  bool same_row(const Arrays& out, int64_t row) const {
    for (size_t i = 0; i < out.size(); ++i) {
      const int axis = row_axis(program_.out[i]);
      if (axis < 0) continue;
      const View want(all_[i], axis), got(out[i], axis);
      for (int64_t o = 0; o < want.outer; ++o) {
        if (std::memcmp(want.at(o, row), got.at(o, row), size_t(want.bytes)) != 0) return false;
      }
    }
    return true;
  }
  void differs(int64_t row, const std::string& beside) const {
    fail(case_.text + ": row " + std::to_string(row) + " has other bits among " + beside);
  }

  const RowCase& case_;
  const Signature program_;
  Arrays in_, all_;
};

}  // namespace
}  // namespace rs::test

int main() {
  using namespace rs::test;
  return each_isa(512, [] {
    Random random(512);
    for (const RowCase& c : row_cases()) {
      Subject subject(c, random);
      subject.same_among_fewer();
      if (c.prefix) continue;
      for (int64_t step : {2, 7, 512}) subject.same_beside_spoilt(step);
    }
  });
}
