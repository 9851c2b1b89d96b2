// Builds program words from one line of text, so that tests can hold many small
// programs:
//
//   matmul f32[3,4] f32[4,5] -> f32[3,5] ; 0 0
//
// inputs, outputs and attributes of one operation. A tensor written "slot:f32[4]"
// lives in a writable slot; every other input is a program input and every other
// output a program output. A dim written n is symbolic, from 0 to 8.
#pragma once
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "program/operation.hpp"
#include "program/program.hpp"

namespace rs::test {

struct TextTensor {
  DType dtype = DType::f32;
  bool slot = false;
  std::vector<int64_t> shape;  // -1 for n
  size_t bytes(int64_t n) const {
    size_t total = dtype_bytes(dtype);
    for (int64_t extent : shape) total *= static_cast<size_t>(extent < 0 ? n : extent);
    return total;
  }
};

struct TextProgram {
  std::string operation;
  std::vector<TextTensor> in, out;
  std::vector<double> attrs;
};

inline constexpr int64_t kTextMax = 8;  // the range of n is 0..8

inline TextTensor parse_tensor(std::string text) {
  TextTensor t;
  if (text.rfind("slot:", 0) == 0) {
    t.slot = true;
    text = text.substr(5);
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

inline TextProgram parse_program(const std::string& line) {
  TextProgram p;
  std::istringstream words(line);
  words >> p.operation;
  int part = 0;
  for (std::string word; words >> word;) {
    if (word == "->") part = 1;
    else if (word == ";") part = 2;
    else if (part == 0) p.in.push_back(parse_tensor(word));
    else if (part == 1) p.out.push_back(parse_tensor(word));
    else p.attrs.push_back(std::atof(word.c_str()));
  }
  return p;
}

inline std::vector<double> encode_text(const TextProgram& p) {
  std::vector<const TextTensor*> all;
  for (const auto& t : p.in) all.push_back(&t);
  for (const auto& t : p.out) all.push_back(&t);

  double slots = 0, inputs = 0, offset = 0;
  std::vector<double> values;
  for (size_t i = 0; i < all.size(); ++i) {
    const TextTensor& t = *all[i];
    values.push_back(static_cast<double>(t.dtype));
    values.push_back(static_cast<double>(t.shape.size()));
    for (int64_t extent : t.shape) {
      if (extent < 0) values.insert(values.end(), {1, 1, 1, 0});
      else values.insert(values.end(), {1, static_cast<double>(extent), 0});
    }
    if (t.slot) {
      values.insert(values.end(), {2, slots++});
      continue;
    }
    const double bytes = static_cast<double>((t.bytes(kTextMax) + 63) / 64 * 64);
    if (i < p.in.size()) values.insert(values.end(), {1, inputs++, offset, bytes});
    else values.insert(values.end(), {0, offset, bytes});
    offset += bytes;
  }
  std::vector<double> words = {0x52535031, 1, 1, 0, static_cast<double>(kTextMax), 0, slots};
  for (double s = 0; s < slots; ++s) words.push_back(1);
  words.push_back(offset);
  words.push_back(static_cast<double>(all.size()));
  words.insert(words.end(), values.begin(), values.end());

  double opcode = 0;
  for (const Operation* operation : all_operations()) {
    if (operation->name == p.operation) break;
    ++opcode;
  }
  words.insert(words.end(), {1, opcode, static_cast<double>(p.in.size())});
  for (size_t i = 0; i < p.in.size(); ++i) words.push_back(static_cast<double>(i));
  words.push_back(static_cast<double>(p.out.size()));
  for (size_t i = 0; i < p.out.size(); ++i) words.push_back(static_cast<double>(p.in.size() + i));
  words.push_back(static_cast<double>(p.attrs.size()));
  words.insert(words.end(), p.attrs.begin(), p.attrs.end());
  std::vector<double> outputs;
  for (size_t i = 0; i < p.out.size(); ++i) {
    if (!p.out[i].slot) outputs.push_back(static_cast<double>(p.in.size() + i));
  }
  words.push_back(static_cast<double>(outputs.size()));
  words.insert(words.end(), outputs.begin(), outputs.end());
  return words;
}

}  // namespace rs::test
