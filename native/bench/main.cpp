// Kernel rates beside the machine's ceilings and the peers that are installed.
//   ryanstream_bench [--threads N] [--rounds N] [--filter TEXT]
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include "base/cpu.hpp"
#include "bench.hpp"
#include "peers.hpp"
#include "report.hpp"
#include "timing.hpp"

namespace bench {

Floats::Floats(int64_t n)
    : data(static_cast<float*>(
          ::operator new (static_cast<size_t>(n) * 4 + 64, std::align_val_t{64}))) {
  uint32_t state = 12345;
  for (int64_t i = 0; i < n; ++i) {
    state = state * 1664525u + 1013904223u;
    data[i] = static_cast<float>(state >> 8) * 0x1p-24f - 0.5f;
  }
}
Floats::~Floats() { ::operator delete(data, std::align_val_t{64}); }

Call::Call(const char* name, std::vector<rs::Tensor> in_, std::vector<rs::Tensor> out_,
           std::vector<double> attrs, rs::ThreadPool& pool)
    : in(std::move(in_)), out(std::move(out_)), operation_(rs::find_operation(name)),
      attrs_(std::move(attrs)), pool_(pool) {
  const rs::OperationArgs args{in, out, attrs_};
  const rs::Status status =
      operation_ == nullptr ? rs::Status::error("ERR_PROGRAM", std::string("no operation ") + name)
                            : operation_->check(args);
  if (!status.ok()) {
    std::fprintf(stderr, "%s: %s\n", status.code, status.message.c_str());
    std::exit(1);
  }
  const size_t bytes =
      operation_->workspace == nullptr ? 0 : operation_->workspace(args, pool.size());
  workspace_ = ::operator new(bytes + 64, std::align_val_t{64});
}
Call::~Call() { ::operator delete(workspace_, std::align_val_t{64}); }

void Call::run() {
  rs::RunContext context{pool_, workspace_};
  const rs::Status status = operation_->run({in, out, attrs_}, context);
  if (!status.ok()) std::abort();
}

Row against_peers(const Options& options, rs::ThreadPool& pool, const std::string& name,
                  const std::function<void()>& run, const std::vector<Peer>& peers,
                  double (*ceiling)(rs::ThreadPool&), double operations) {
  double peak = 0;
  std::vector<Contender> contenders = {{run}, {[&] { peak = ceiling(pool); }}};
  std::vector<std::string> names;
  for (const Peer& peer : peers) {
    if (!peer.run) continue;
    contenders.push_back({peer.run, peer.settle});
    names.push_back(peer.name);
  }
  const auto t = race(contenders, options.rounds, options.turn);
  Row row{name, operations * 1e-9 / t[0]};
  if (peak > 0) row.ceiling = peak * 1e-9 / t[1];
  for (size_t i = 0; i < names.size(); ++i) {
    if (!row.peer_name.empty() && t[0] / t[i + 2] * row.ours <= row.peer) continue;
    row.peer = operations * 1e-9 / t[i + 2];
    row.peer_name = names[i];
    row.ratio = t[i + 2] / t[0];
  }
  return row;
}

void against_peak(const Options& options, rs::ThreadPool& pool, const std::string& name, Call& call,
                  double operations) {
  Row row = against_peers(options, pool, name, [&] { call.run(); }, {}, f32_peak_pass, operations);
  row.unit = "GFLOP/s";
  print(row);
}

void measure_ceilings(const Options& options, rs::ThreadPool& pool) {
  const MemoryRead memory(size_t{512} << 20);
  std::vector<std::pair<std::string, rs::ThreadPool*>> pools;
  rs::ThreadPool one(1);
  pools.push_back({"1 thread", &one});
  if (pool.size() > 1) pools.push_back({std::to_string(pool.size()) + " threads", &pool});
  for (auto& [text, p] : pools) {
    double f32 = 0, int8 = 0;
    const auto t = race({{[&] { memory.pass(*p); }}, {[&] { f32 = f32_peak_pass(*p); }},
                         {[&] { int8 = int8_peak_pass(*p); }}},
                        options.rounds, options.turn);
    print({"ceiling memory read, " + text, static_cast<double>(memory.bytes()) * 1e-9 / t[0], NAN,
           "", "GB/s"});
    if (f32 > 0)
      print({"ceiling f32 multiply-add, " + text, f32 * 1e-9 / t[1], NAN, "", "GFLOP/s"});
    if (int8 > 0) print({"ceiling int8 dot, " + text, int8 * 1e-9 / t[2], NAN, "", "GOP/s"});
  }
}

}  // namespace bench

int main(int argc, char** argv) {
  bench::Options options;
  options.threads = rs::ThreadPool::default_size();
  for (int i = 1; i < argc; i += 2) {
    const char* value = i + 1 < argc ? argv[i + 1] : nullptr;
    if (value != nullptr && std::strcmp(argv[i], "--threads") == 0)
      options.threads = std::max(1, std::atoi(value));
    else if (value != nullptr && std::strcmp(argv[i], "--rounds") == 0)
      options.rounds = std::max(1, std::atoi(value));
    else if (value != nullptr && std::strcmp(argv[i], "--filter") == 0) options.filter = value;
    else {
      std::fprintf(stderr, "usage: %s [--threads N] [--rounds N] [--filter TEXT]\n", argv[0]);
      return 2;
    }
  }
  rs::ThreadPool pool(options.threads);
  bench::print_note("isa", rs::isa_name(rs::active_isa()));
  bench::print_note("threads", std::to_string(pool.size()));
  for (const auto& [name, text] : {std::pair{"OpenBLAS", bench::openblas_description()},
                                   std::pair{"oneDNN", bench::onednn_description()}}) {
    if (text.empty())
      bench::print_note("skipped", std::string(name) + ": not found when this was built");
    else bench::print_note("peer", std::string(name) + " " + text);
  }
  if (!bench::openblas_description().empty() && !bench::openblas_uses_avx512() &&
      rs::detected_isa() == rs::Isa::avx512) {
    std::fprintf(stderr, "OpenBLAS did not choose an AVX-512 core: the comparison would flatter us. "
                         "Set OPENBLAS_CORETYPE=SkylakeX and run again.\n");
    return 1;
  }
  if (bench::wanted(options, "ceiling")) bench::measure_ceilings(options, pool);
  bench::measure_packed(options, pool);
  bench::measure_matmul(options, pool);
  bench::measure_attention(options, pool);
  bench::measure_loss(options, pool);
  bench::measure_memory_bound(options, pool);
}
