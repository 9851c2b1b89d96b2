// The outcome of something that can be refused: a code that a program can act
// on and a sentence for a person. No exceptions cross a thread.
#pragma once
#include <string>
#include <utility>

namespace rs {

struct Status {
  const char* code = nullptr;  // a string literal such as "ERR_SHAPE"; null when all is well
  std::string message;

  bool ok() const { return code == nullptr; }
  static Status good() { return {}; }
  static Status error(const char* code, std::string message) { return {code, std::move(message)}; }
};

}  // namespace rs
