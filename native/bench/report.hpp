// One JSON object a line: what was measured, against whom, and what was to be
// reached. Fields without a value are null.
#pragma once
#include <cmath>
#include <cstdio>
#include <string>

namespace bench {

struct Row {
  std::string name;
  double ours = NAN;
  double peer = NAN;
  std::string peer_name = "";
  std::string unit = "";
  double ratio = NAN;   // ours to peer, by the unit
  double target = NAN;  // of the ratio
  bool at_most = false; // the ratio should be at most the target, else at least
  double ceiling = NAN;  // what the machine was measured to do at most, in the same unit
};

inline std::string number(double x) {
  if (std::isnan(x)) return "null";
  char text[40];
  std::snprintf(text, sizeof text, "%.4g", x);
  return text;
}

inline void print(const Row& row) {
  std::string met = "null";
  if (!std::isnan(row.ratio) && !std::isnan(row.target)) {
    met = (row.at_most ? row.ratio <= row.target : row.ratio >= row.target) ? "true" : "false";
  }
  std::printf(
      "{\"name\":\"%s\",\"ours\":%s,\"peer\":%s,\"peerName\":%s,\"unit\":\"%s\",\"ratio\":%s,"
      "\"target\":%s,\"met\":%s,\"ceiling\":%s,\"share\":%s}\n",
      row.name.c_str(), number(row.ours).c_str(), number(row.peer).c_str(),
      row.peer_name.empty() ? "null" : ("\"" + row.peer_name + "\"").c_str(), row.unit.c_str(),
      number(row.ratio).c_str(), number(row.target).c_str(), met.c_str(),
              number(row.ceiling).c_str(), number(row.ours / row.ceiling).c_str());
  std::fflush(stdout);
}

inline void print_note(const char* kind, const std::string& what) {
  std::printf("{\"%s\":\"%s\"}\n", kind, what.c_str());
  std::fflush(stdout);
}

}  // namespace bench
