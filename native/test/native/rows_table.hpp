// Every operation that treats rows alone, in program_text.hpp's notation; n is the
// number of rows, on whichever axis of an operand they lie. Rows are long enough
// that 512 of them are shared among threads.
#pragma once
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace rs::test {

inline constexpr int64_t kAscending = -1;  // row r holds r

struct RowCase {
  std::string text;
  // For each i32 input in order: its values lie below this, or are ascending.
  std::vector<int64_t> below = {};
  bool costly = false;  // not every number of rows is tried
  bool prefix = false;  // a row may see the rows before it: these must not be spoilt
};

inline void add_pointwise_rows(std::vector<RowCase>& cases) {
  for (int kind = 0; kind <= 18; ++kind) {
    cases.push_back({"unary f32[n,70] -> f32[n,70] ; " + std::to_string(kind)});
    if (kind == 18) break;  // floor has no gradient
    cases.push_back({"unary_grad f32[n,70] f32[n,70] -> f32[n,70] ; " + std::to_string(kind)});
  }
  for (int kind = 0; kind <= 9; ++kind) {
    const std::string k = " ; " + std::to_string(kind);
    for (const char* other : {"f32[n,70]", "f32[70]", "f32[n,1]", "f32[1]"}) {
      cases.push_back({std::string("binary f32[n,70] ") + other + " -> f32[n,70]" + k});
    }
    cases.push_back({"binary f32[n,1] f32[70] -> f32[n,70]" + k});
    cases.push_back({"binary f32[70,n] f32[70,1] -> f32[70,n]" + k});
    cases.push_back({"binary_scalar f32[n,70] -> f32[n,70]" + k + " 0.75 0"});
    cases.push_back({"binary_scalar f32[n,70] -> f32[n,70]" + k + " 0.75 1"});
  }
  for (const char* type : {"bf16", "f16"}) {
    cases.push_back({std::string("cast f32[n,70] -> ") + type + "[n,70]"});
    cases.push_back({std::string("cast ") + type + "[n,70] -> f32[n,70]"});
  }
  cases.push_back({"cast f32[n,70] -> i32[n,70]"});
  cases.push_back({"cast i32[n,70] -> f32[n,70]", {1000}});
  cases.push_back({"where f32[n,70] f32[n,70] f32[70] -> f32[n,70]"});
  cases.push_back({"swiglu f32[n,70] f32[n,70] -> f32[n,70]"});
  cases.push_back({"swiglu_grad f32[n,70] f32[n,70] f32[n,70] -> f32[n,70] f32[n,70]"});
}

inline void add_layout_rows(std::vector<RowCase>& cases) {
  cases.push_back({"permute f32[n,70] -> f32[70,n] ; 1 0"});
  cases.push_back({"permute f32[n,7,10] -> f32[n,10,7] ; 0 2 1"});
  cases.push_back({"slice f32[n,70] -> f32[n,30] ; 0 5 1 2"});
  cases.push_back({"slice_grad f32[n,30] -> f32[n,70] ; 0 5 1 2"});
  cases.push_back({"concat f32[n,33] f32[n,37] -> f32[n,70] ; 1"});
  cases.push_back({"broadcast_to f32[n,1] -> f32[n,70]"});
  cases.push_back({"copy f32[n,70] -> f32[n,70]"});
}

inline void add_reduced_rows(std::vector<RowCase>& cases) {
  for (int kind = 0; kind < 4; ++kind) {
    const std::string k = " ; " + std::to_string(kind);
    cases.push_back({"reduce f32[n,70] -> f32[n]" + k + " 0 1"});
    cases.push_back({"reduce f32[n,5,14] -> f32[n,1,14]" + k + " 1 1"});
    cases.push_back({"reduce f32[70,n] -> f32[n]" + k + " 0 0"});
    cases.push_back({"reduce f32[9,n,8] -> f32[n]" + k + " 0 0 2"});
  }
  cases.push_back({"argmax f32[n,70] -> i32[n]"});
  cases.push_back({"top_k f32[n,70] -> f32[n,9] i32[n,9]"});
  for (const char* log : {"0", "1"}) {
    cases.push_back({std::string("softmax f32[n,70] -> f32[n,70] ; ") + log});
    cases.push_back({std::string("softmax_grad f32[n,70] f32[n,70] -> f32[n,70] ; ") + log});
  }
  cases.push_back({"rms_norm f32[n,70] f32[70] -> f32[n,70] f32[n] ; 1e-5"});
  cases.push_back({"rms_norm_grad f32[n,70] f32[70] f32[n] f32[n,70] -> f32[n,70] f32[70]"});
  cases.push_back({"add_rms_norm f32[n,70] f32[n,70] f32[70] -> f32[n,70] f32[n,70] f32[n] ; 1e-5"});
}

inline void add_head_rows(std::vector<RowCase>& cases) {
  for (const char* type : {"f32", "bf16", "f16"}) {
    cases.push_back({std::string("embedding ") + type + "[50,70] i32[n] -> f32[n,70]", {50}});
  }
  cases.push_back({"cross_entropy f32[n,70] i32[n] -> f32[n] f32[n] ; 3", {70}});
  cases.push_back({"cross_entropy_grad f32[n,70] i32[n] f32[n] f32[n] -> f32[n,70] ; 3", {70}});
  cases.push_back(
      {"linear_cross_entropy f32[n,40] f32[300,40] i32[n] -> f32[n] f32[n] ; 3", {300}, true});
  cases.push_back({"linear_cross_entropy_grad f32[n,40] f32[500,40] i32[n] f32[n] -> f32[n] f32[n] "
                   "f32[n,40] f32[500,40] ; 3",
                   {30}, true});
}

inline void add_product_rows(std::vector<RowCase>& cases) {
  for (const char* type : {"f32", "bf16", "f16"}) {
    const std::string t = type;
    cases.push_back({"matmul f32[n,530] " + t + "[530,70] -> f32[n,70] ; 0 0", {}, true});
    cases.push_back({"matmul f32[n,530] " + t + "[70,530] -> f32[n,70] ; 0 1", {}, true});
    cases.push_back({"matmul f32[530,n] " + t + "[530,70] -> f32[n,70] ; 1 0", {}, true});
    cases.push_back({"matmul f32[530,n] " + t + "[70,530] -> f32[n,70] ; 1 1", {}, true});
  }
  cases.push_back({"matmul f32[2,n,40] f32[2,40,33] -> f32[2,n,33] ; 0 0", {}, true});
  cases.push_back({"matmul f32[n,3,20] f32[n,20,5] -> f32[n,3,5] ; 0 0", {}, true});
  cases.push_back({"matmul f32[9,40] f32[40,n] -> f32[9,n] ; 0 0", {}, true});
  cases.push_back({"matmul f32[9,40] f32[n,40] -> f32[9,n] ; 0 1", {}, true});
  const struct {
    int format, group, zero;
  } weights[] = {{0, 0, 0},  {1, 0, 0},  {2, 0, 0},  {3, 32, 0}, {3, 64, 1},
                 {3, 128, 0}, {4, 32, 1}, {4, 64, 0}, {4, 128, 1}};
  for (const auto& w : weights) {
    char text[192];
    for (int bias = 0; bias < 2; ++bias) {
      std::snprintf(text, sizeof text, "linear f32[n,300] u8[0] %s-> f32[n,70] ; %d 70 300 %d %d %d",
                    bias ? "f32[70] " : "", w.format, w.group, w.zero, bias);
      cases.push_back({text, {}, true});
    }
    std::snprintf(text, sizeof text,
                  "norm_linear f32[n,300] f32[300] u8[0] -> f32[n,70] ; %d 70 300 %d %d 1e-5 0 70 0",
                  w.format, w.group, w.zero);
    cases.push_back({text, {}, true});
    std::snprintf(text, sizeof text,
                  "linear_glu f32[n,300] f32[300] u8[0] u8[0] -> f32[n,70] ; %d 70 300 %d %d 0 1 1e-5 0 0 0",
                  w.format, w.group, w.zero);
    cases.push_back({text, {}, true});
    std::snprintf(text, sizeof text, "embedding_packed u8[0] i32[n] -> f32[n,300] ; %d 70 300 %d %d",
                  w.format, w.group, w.zero);
    cases.push_back({text, {70}, true});
  }
}

inline void add_attention_rows(std::vector<RowCase>& cases) {
  cases.push_back({"rope_table i32[n] f32[8] -> f32[n,8] f32[n,8] ; 1", {100000}, true});
  for (const char* attrs : {"0 0", "1 0", "0 1", "1 1"}) {
    cases.push_back({std::string("rope f32[n,3,20] f32[n,9] f32[n,9] -> f32[n,3,20] ; ") + attrs});
  }
  // Chunks of queries at any positions, beyond the keys after which results are merged.
  const std::string keys = " f32[1,2113,2,8] f32[1,2113,2,5]";
  for (const char* window : {"0", "77"}) {
    cases.push_back({"attention f32[1,n,4,8]" + keys + " i32[1,n] -> f32[1,n,4,5] f32[1,4,n] ; 0.4 1 " +
                         window + " 0 1",
                     {2113}, true});
  }
  cases.push_back({"attention f32[1,n,4,8]" + keys + " i32[1,2113] i32[1,n] -> f32[1,n,4,5] "
                   "f32[1,4,n] ; 0.4 1 0 1 1",
                   {2, kAscending}, true});
  cases.push_back({"attention f32[1,n,4,8] f32[1,90,2,8] f32[1,90,2,5] -> f32[1,n,4,5] f32[1,4,n] ; "
                   "0.4 0 0 0 0",
                   {}, true});
  // A prompt and its beginning.
  cases.push_back({"attention f32[1,n,2,8] f32[1,n,1,8] f32[1,n,1,5] -> f32[1,n,2,5] f32[1,2,n] ; "
                   "0.4 1 0 0 0",
                   {}, true, true});
  cases.push_back({"attention f32[2,n,2,8] f32[2,n,1,8] f32[2,n,1,5] i32[2,n] -> f32[2,n,2,5] "
                   "f32[2,2,n] ; 0.4 1 33 1 0",
                   {2}, true, true});
  // Independent batches.
  cases.push_back({"attention f32[n,6,4,8] f32[n,6,2,8] f32[n,6,2,5] i32[n,6] -> f32[n,6,4,5] "
                   "f32[n,4,6] ; 0.4 1 0 1 0",
                   {2}, true});
  cases.push_back({"attention_grad f32[n,6,4,8] f32[n,6,2,8] f32[n,6,2,5] f32[n,6,4,5] f32[n,4,6] "
                   "f32[n,6,4,5] -> f32[n,6,4,8] f32[n,6,2,8] f32[n,6,2,5] ; 0.4 1 0 0 0",
                   {}, true});
  cases.push_back({"attention_grad f32[1,n,4,8] f32[1,150,2,8] f32[1,150,2,5] f32[1,n,4,5] f32[1,4,n] "
                   "f32[1,n,4,5] i32[1,n] -> f32[1,n,4,8] f32[1,150,2,8] f32[1,150,2,5] ; "
                   "0.4 1 0 0 1",
                   {150}, true});
  for (const char* type : {"f32", "bf16", "f16"}) {
    const std::string t = type;
    const std::string ends = "i32[n] i32[n] i32[3,140] -> f32[n,4,5] ; 0.4 ";
    const std::string small = " " + t + "[20,2,8,16] " + t + "[20,2,16,5] ";
    const std::string large = " " + t + "[20,2,8,64] " + t + "[20,2,64,5] ";
    cases.push_back({"paged_attention f32[n,4,8]" + small + ends + "0 16", {3, 2240, 20}, true});
    cases.push_back({"paged_attention f32[n,4,8]" + large + ends + "0 64", {1, kAscending, 20}, true});
    cases.push_back({"paged_attention f32[n,4,8]" + large + ends + "50 64", {1, 2240, 20}, true});
  }
}

inline std::vector<RowCase> row_cases() {
  std::vector<RowCase> cases;
  add_pointwise_rows(cases);
  add_layout_rows(cases);
  add_reduced_rows(cases);
  add_head_rows(cases);
  add_product_rows(cases);
  add_attention_rows(cases);
  return cases;
}

}  // namespace rs::test
