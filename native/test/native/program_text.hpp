// Builds program words from one line of text, so that tests can hold many small
// programs:
//
//   matmul f32[3,4] f32[4,5] -> f32[3,5]@y ; 0 0 | unary @y -> f32[3,5] ; 1
//
// inputs, outputs and attributes of each operation, operations divided by |. A
// tensor with a name after @ can be used again. One written "slot:f32[4]" lives in
// a slot, one written "const:f32[4]" in the program; any other that an operation
// reads first is a program input, and one that it writes is a program output
// unless it is read later: then its place in the arena is used again afterwards.
// A dim written n is symbolic, from 0 to 8. What a tensor holds at first is 0 for
// integers and a pattern for floats; "i32[n]=iota" holds 0, 1, 2..., "=1" all ones.
#pragma once
#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "program/operation.hpp"
#include "program/program.hpp"

namespace rs::test {

inline constexpr int64_t kTextMax = 8;  // the range of n is 0..8

struct TextTensor {
  DType dtype = DType::f32;
  Storage storage = Storage::arena;
  std::string content;
  std::vector<int64_t> shape;  // -1 for n
  bool written = false, read = false;

  size_t elements(int64_t n) const {
    size_t total = 1;
    for (int64_t extent : shape) total *= static_cast<size_t>(extent < 0 ? n : extent);
    return total;
  }
  size_t bytes(int64_t n) const { return elements(n) * dtype_bytes(dtype); }
  // What it holds at first.
  std::vector<uint8_t> initial(int64_t n) const {
    std::vector<uint8_t> out(bytes(n));
    for (size_t i = 0; i < elements(n) && dtype_bytes(dtype) == 4; ++i) {
      const int32_t whole = content == "iota" ? static_cast<int32_t>(i) : content == "1" ? 1 : 0;
      const float real = 0.25f + 0.125f * static_cast<float>(i % 7);
      if (dtype == DType::f32) std::memcpy(out.data() + 4 * i, &real, 4);
      else std::memcpy(out.data() + 4 * i, &whole, 4);
    }
    return out;
  }
};

struct TextOp {
  std::string operation;
  std::vector<size_t> in, out;
  std::vector<double> attrs;
};

struct TextProgram {
  std::vector<TextTensor> tensors;  // the order is that of the values, slots and inputs
  std::vector<TextOp> ops;

  size_t count(Storage storage) const {
    return static_cast<size_t>(std::count_if(tensors.begin(), tensors.end(),
                                             [&](const auto& t) { return t.storage == storage; }));
  }
};

class TextParser {
 public:
  explicit TextParser(const std::string& line) {
    std::istringstream words(line);
    program_.ops.emplace_back();
    for (std::string word; words >> word;) {
      TextOp& op = program_.ops.back();
      if (word == "|") start_operation();
      else if (op.operation.empty()) op.operation = word;
      else if (word == "->") part_ = 1;
      else if (word == ";") part_ = 2;
      else if (part_ == 0) op.in.push_back(tensor(word, true));
      else if (part_ == 1) op.out.push_back(tensor(word, false));
      else op.attrs.push_back(std::atof(word.c_str()));
    }
  }
  const TextProgram& program() const { return program_; }

 private:
  void start_operation() {
    program_.ops.emplace_back();
    part_ = 0;
  }

  size_t tensor(std::string text, bool reads) {
    std::string name;
    if (const size_t at = text.find('@'); at != std::string::npos) {
      name = text.substr(at);
      text.resize(at);
    }
    size_t id = program_.tensors.size();
    if (text.empty()) id = names_.at(name);
    else program_.tensors.push_back(parse(text, reads));
    if (!name.empty()) names_[name] = id;
    (reads ? program_.tensors[id].read : program_.tensors[id].written) = true;
    return id;
  }

  static TextTensor parse(std::string text, bool reads) {
    TextTensor t;
    t.storage = reads ? Storage::input : Storage::arena;
    if (text.rfind("slot:", 0) == 0) t.storage = Storage::slot;
    if (text.rfind("const:", 0) == 0) t.storage = Storage::constant;
    if (const size_t colon = text.find(':'); colon != std::string::npos) text = text.substr(colon + 1);
    if (const size_t equals = text.find('='); equals != std::string::npos) {
      t.content = text.substr(equals + 1);
      text.resize(equals);
    }
    const size_t bracket = text.find('[');
    const std::string name = text.substr(0, bracket);
    for (int d = 0; d < kDTypes; ++d) {
      if (name == dtype_name(static_cast<DType>(d))) t.dtype = static_cast<DType>(d);
    }
    std::stringstream extents(text.substr(bracket + 1, text.size() - bracket - 2));
    for (std::string extent; std::getline(extents, extent, ',');) {
      t.shape.push_back(extent == "n" ? -1 : std::atoll(extent.c_str()));
    }
    return t;
  }

  TextProgram program_;
  std::map<std::string, size_t> names_;
  int part_ = 0;
};

inline TextProgram parse_program(const std::string& line) { return TextParser(line).program(); }

// A place for each tensor in the arena: the lowest where nothing lies that lives
// at the same time.
struct TextPlan {
  std::vector<uint64_t> offset;
  uint64_t arena = 0;
};

inline uint64_t text_room(const TextTensor& t) { return (t.bytes(kTextMax) + 63) / 64 * 64; }

inline TextPlan plan_text(const TextProgram& p) {
  const long end = static_cast<long>(p.ops.size());
  const auto in_arena = [&](size_t i) {
    return p.tensors[i].storage == Storage::arena || p.tensors[i].storage == Storage::input;
  };
  std::vector<long> first(p.tensors.size(), -1), last(p.tensors.size(), end);
  for (size_t i = 0; i < p.tensors.size(); ++i) {
    if (p.tensors[i].read) last[i] = -1;
    for (long op = 0; op < end; ++op) {
      const TextOp& o = p.ops[static_cast<size_t>(op)];
      const auto has = [&](const auto& ids) { return std::find(ids.begin(), ids.end(), i) != ids.end(); };
      if (p.tensors[i].read && has(o.in)) last[i] = op;
      if (p.tensors[i].storage == Storage::arena && has(o.out)) first[i] = op;
    }
  }
  TextPlan plan{std::vector<uint64_t>(p.tensors.size(), 0), 0};
  for (size_t i = 0; i < p.tensors.size(); ++i) {
    if (!in_arena(i)) continue;
    uint64_t& at = plan.offset[i];
    for (bool moved = true; moved;) {
      moved = false;
      for (size_t j = 0; j < i; ++j) {
        const bool together = in_arena(j) && first[i] <= last[j] && first[j] <= last[i];
        const uint64_t after = plan.offset[j] + text_room(p.tensors[j]);
        if (together && at < after && plan.offset[j] < at + text_room(p.tensors[i])) {
          at = after;
          moved = true;
        }
      }
    }
    plan.arena = std::max(plan.arena, at + text_room(p.tensors[i]));
  }
  return plan;
}

inline std::vector<std::vector<uint8_t>> text_constants(const TextProgram& p) {
  std::vector<std::vector<uint8_t>> out;
  for (const auto& t : p.tensors) {
    if (t.storage == Storage::constant) out.push_back(t.initial(kTextMax));
  }
  return out;
}

inline std::vector<double> encode_text(const TextProgram& p, const TextPlan& plan) {
  const auto number = [](auto x) { return static_cast<double>(x); };
  std::vector<double> words = {0x52535031, 1, 1, 0, number(kTextMax), number(p.count(Storage::constant))};
  for (const auto& t : p.tensors) {
    if (t.storage == Storage::constant) words.push_back(number(t.bytes(kTextMax)));
  }
  words.push_back(number(p.count(Storage::slot)));
  for (const auto& t : p.tensors) {
    if (t.storage == Storage::slot) words.push_back(t.written);
  }
  words.push_back(number(plan.arena));
  words.push_back(number(p.tensors.size()));
  double next[4] = {};
  for (size_t i = 0; i < p.tensors.size(); ++i) {
    const TextTensor& t = p.tensors[i];
    words.insert(words.end(), {number(t.dtype), number(t.shape.size())});
    for (int64_t extent : t.shape) {
      if (extent < 0) words.insert(words.end(), {1, 1, 1, 0});
      else words.insert(words.end(), {1, number(extent), 0});
    }
    const size_t kind = static_cast<size_t>(t.storage);
    words.push_back(number(kind));
    if (t.storage != Storage::arena) words.push_back(next[kind]++);
    if (t.storage == Storage::arena || t.storage == Storage::input) {
      words.insert(words.end(), {number(plan.offset[i]), number(text_room(t))});
    }
  }
  words.push_back(number(p.ops.size()));
  const auto list = [&](const auto& ids) {
    words.push_back(number(ids.size()));
    for (const auto id : ids) words.push_back(number(id));
  };
  for (const TextOp& op : p.ops) {
    double opcode = 0;
    for (const Operation* operation : all_operations()) {
      if (operation->name == op.operation) break;
      ++opcode;
    }
    words.push_back(opcode);
    list(op.in);
    list(op.out);
    list(op.attrs);
  }
  std::vector<size_t> outputs;
  for (size_t i = 0; i < p.tensors.size(); ++i) {
    if (p.tensors[i].storage == Storage::arena && !p.tensors[i].read) outputs.push_back(i);
  }
  list(outputs);
  return words;
}

inline std::vector<double> encode_text(const TextProgram& p) { return encode_text(p, plan_text(p)); }

}  // namespace rs::test
