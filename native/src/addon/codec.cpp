#include "codec.hpp"

#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

#include "../base/thread_pool.hpp"
#include "../codec/grid.hpp"
#include "../codec/grid_counts.hpp"
#include "../codec/planes.hpp"
#include "args.hpp"

namespace rs {
namespace {

using namespace codec;

Bytes typed(Napi::Value value, const char* name, napi_typedarray_type type, const char* expected) {
  if (!value.IsTypedArray()) throw wrong_type(value.Env(), name, expected);
  const Bytes bytes = bytes_of(value, name);
  if (bytes.type != type) throw wrong_type(value.Env(), name, expected);
  return bytes;
}

Bytes octets(Napi::Value value, const char* name) {
  return typed(value, name, napi_uint8_array, "a Uint8Array");
}

void expect_size(Napi::Env env, const char* name, size_t found, size_t expected) {
  if (found == expected) return;
  throw out_of_range(env, std::string(name) + ": expected " + std::to_string(expected) +
                              " bytes, found " + std::to_string(found));
}

Napi::Value to_array(Napi::Env env, const std::vector<uint8_t>& bytes) {
  // A new array would be filled with zeros first.
  const auto copy = Napi::Buffer<uint8_t>::Copy(env, bytes.data(), bytes.size());
  return Napi::Uint8Array::New(env, bytes.size(), copy.ArrayBuffer(), copy.ByteOffset());
}

// What the next coded chunk is written into: new memory for each would cost more than
// some of the coding.
std::vector<uint8_t>& output() {
  constexpr size_t kKept = size_t{8} << 20;
  thread_local std::vector<uint8_t> bytes;
  if (bytes.capacity() > kKept) bytes = {};
  bytes.clear();
  return bytes;
}

Napi::Error out_of_memory(Napi::Env env) {
  return to_error(env, Status::error("ERR_OUT_OF_MEMORY", "there is no memory left for coding"));
}

void expect_planes(Napi::Env env, const Bytes& bytes, PlaneLayout layout) {
  if (!layout.valid()) throw out_of_range(env, "period: expected 1 to 512, with rotate 2, 4 or 8");
  if (bytes.size > kMostChunk) throw out_of_range(env, "bytes: expected at most 2^30");
}

Napi::Value encode_planes_of(const Napi::CallbackInfo& call) {
  const Napi::Env env = call.Env();
  const Bytes bytes = octets(call[0], "bytes");
  const PlaneLayout layout{static_cast<unsigned>(size_arg(call, 1, "period", kMostPeriod)),
                           call[2].ToBoolean()};
  expect_planes(env, bytes, layout);
  std::vector<uint8_t>& out = output();
  try {
    encode_planes(bytes.data, bytes.size, layout, out);
  } catch (const std::bad_alloc&) {
    throw out_of_memory(env);
  }
  return to_array(env, out);
}

// One chunk to encode, as pointers into arrays that the caller keeps alive.
struct Encoding {
  Bytes bytes{}, into{};
  PlaneLayout layout{};
  size_t coded = 0;  // bytes of into
  Status status;

  void run() {
    std::vector<uint8_t>& out = output();
    try {
      encode_planes(bytes.data, bytes.size, layout, out);
    } catch (const std::bad_alloc&) {
      status = Status::error("ERR_OUT_OF_MEMORY", "there is no memory left for coding");
      return;
    }
    if (out.size() > into.size) {
      status = Status::error("ERR_OUT_OF_RANGE", "into: expected room for " + std::to_string(out.size()) +
                                                     " bytes, found " + std::to_string(into.size));
      return;
    }
    std::memcpy(into.data, out.data(), out.size());
    coded = out.size();
  }
};

// One chunk to decode, as pointers into arrays that the caller keeps alive.
struct Decoding {
  Bytes coded{}, into{};
  size_t rows = 0;
  bool is_grid = false;
  GridHead head;
  Status status;

  void run() {
    try {
      if (!is_grid) status = decode_planes(coded.data, coded.size, into.data, into.size);
      else if (into.type == napi_float32_array) {
        status = decode_grid_rows(head, coded.data, coded.size, rows, reinterpret_cast<float*>(into.data));
      } else {
        status = decode_grid_rows(head, coded.data, coded.size, rows, reinterpret_cast<int32_t*>(into.data));
      }
    } catch (const std::bad_alloc&) {
      status = Status::error("ERR_OUT_OF_MEMORY", "there is no memory left for decoding");
    }
  }
};

// Properties of an object, each read once: a getter may give another array the next
// time. `held`, where there is one, keeps them alive.
class Properties {
 public:
  Properties(Napi::Value value, const char* name, Napi::Array* held) : held_(held) {
    if (!value.IsObject()) throw wrong_type(value.Env(), name, "an object");
    object_ = value.As<Napi::Object>();
  }
  Napi::Value get(const char* name) const {
    const Napi::Value value = object_.Get(name);
    if (held_ != nullptr) held_->Set(held_->Length(), value);
    return value;
  }

 private:
  Napi::Object object_;
  Napi::Array* held_;
};

// The parts of a grid's head: { hasRowScales, scales, steps, freqs }.
GridHead head_arg(Napi::Value value, Napi::Array* held = nullptr) {
  const Napi::Env env = value.Env();
  const Properties object(value, "grid", held);
  const Bytes scales = octets(object.get("scales"), "grid.scales");
  const Bytes steps = typed(object.get("steps"), "grid.steps", napi_float32_array, "a Float32Array");
  const Bytes freqs = typed(object.get("freqs"), "grid.freqs", napi_uint16_array, "a Uint16Array");
  GridHead head;
  head.columns = scales.size;
  head.row_scales = object.get("hasRowScales").ToBoolean();
  expect_size(env, "grid.steps", steps.size, sizeof(float) * head.columns);
  expect_size(env, "grid.freqs", freqs.size, sizeof(uint16_t) * 256 * kGridTables);
  head.scales = scales.data;
  head.steps = reinterpret_cast<const float*>(steps.data);
  head.freqs = reinterpret_cast<const uint16_t*>(freqs.data);
  if (!valid_head(head)) throw out_of_range(env, "grid: its scales or frequencies are out of range");
  return head;
}

size_t rows_of(Napi::Env env, const GridHead& head, Napi::Value rows, size_t elements) {
  const double count = rows.IsNumber() ? rows.As<Napi::Number>().DoubleValue() : -1;
  if (!(count >= 0 && count <= 4294967295.0)) throw out_of_range(env, "rows: expected 0 to 2^32 - 1");
  const auto n = static_cast<size_t>(count);
  // Without columns nothing else bounds what is taken for the rows.
  if (n * head.columns != elements || (head.columns == 0 && n > (size_t{1} << 24))) {
    throw out_of_range(env, "rows: expected as many elements as rows x columns");
  }
  return n;
}

// { coded, into } or { coded, into, rows, grid }.
Decoding decoding_arg(Napi::Value value, Napi::Array* held = nullptr) {
  const Napi::Env env = value.Env();
  const Properties object(value, "job", held);
  Decoding job;
  // First the getters, which may run anything; then the addresses.
  const Napi::Value coded = object.get("coded"), into = object.get("into"), grid = object.get("grid");
  const Napi::Value rows = object.get("rows");
  job.is_grid = !grid.IsUndefined();
  if (job.is_grid) job.head = head_arg(grid, held);
  job.coded = octets(coded, "coded");
  if (!job.is_grid) {
    job.into = octets(into, "into");
    return job;
  }
  job.into = bytes_of(into, "into");
  if (job.into.type != napi_float32_array && job.into.type != napi_int32_array) {
    throw wrong_type(env, "into", "a Float32Array or an Int32Array");
  }
  job.rows = rows_of(env, job.head, rows, job.into.size / 4);
  return job;
}

// { bytes, period, rotate, into }.
Encoding encoding_arg(Napi::Value value, Napi::Array* held) {
  const Napi::Env env = value.Env();
  const Properties object(value, "job", held);
  const Napi::Value bytes = object.get("bytes"), into = object.get("into");
  const Napi::Value period = object.get("period");
  Encoding job;
  job.layout.rotate = object.get("rotate").ToBoolean();
  const double planes = period.IsNumber() ? period.As<Napi::Number>().DoubleValue() : 0;
  if (planes >= 1 && planes <= kMostPeriod) job.layout.period = static_cast<unsigned>(planes);
  job.bytes = octets(bytes, "bytes");
  job.into = octets(into, "into");
  expect_planes(env, job.bytes, job.layout);
  return job;
}

Napi::Value decode_chunk(const Napi::CallbackInfo& call) {
  Decoding job = decoding_arg(call[0]);
  job.run();
  if (!job.status.ok()) throw to_error(call.Env(), job.status);
  return call.Env().Undefined();
}

Napi::Value encode_grid_rows_of(const Napi::CallbackInfo& call) {
  const Napi::Env env = call.Env();
  const GridHead head = head_arg(call[0]);
  const Bytes codes = typed(call[1], "codes", napi_int32_array, "an Int32Array");
  GridRows rows;
  rows.rows = rows_of(env, head, call[2], codes.size / 4);
  rows.codes = reinterpret_cast<const int32_t*>(codes.data);
  rows.has_offsets = !call[3].IsUndefined();
  if (rows.has_offsets) {
    const Bytes offsets = typed(call[3], "offsets", napi_int8_array, "an Int8Array");
    expect_size(env, "offsets", offsets.size, rows.rows);
    rows.offsets = reinterpret_cast<const int8_t*>(offsets.data);
  }
  if (head.row_scales) {
    const Bytes scales = typed(call[4], "rowScales", napi_uint16_array, "a Uint16Array");
    expect_size(env, "rowScales", scales.size, sizeof(uint16_t) * rows.rows);
    rows.row_scales = reinterpret_cast<const uint16_t*>(scales.data);
  }
  std::vector<uint8_t>& out = output();
  try {
    encode_grid_rows(head, rows, out);
  } catch (const std::bad_alloc&) {
    throw out_of_memory(env);
  }
  return to_array(env, out);
}

const double* doubles(Napi::Value value, const char* name, size_t count) {
  const Bytes bytes = typed(value, name, napi_float64_array, "a Float64Array");
  expect_size(value.Env(), name, bytes.size, sizeof(double) * count);
  return reinterpret_cast<const double*>(bytes.data);
}

GridCodes codes_arg(const Napi::CallbackInfo& call) {
  const Bytes codes = typed(call[0], "codes", napi_int32_array, "an Int32Array");
  GridCodes grid;
  grid.codes = reinterpret_cast<const int32_t*>(codes.data);
  grid.k = size_arg(call, 1, "columns", 16777216);
  if (grid.k > 0) grid.n = codes.size / 4 / grid.k;
  expect_size(call.Env(), "codes", codes.size, 4 * grid.n * grid.k);
  return grid;
}

// (codes, columns, first, counts)
Napi::Value count_columns_of(const Napi::CallbackInfo& call) {
  const Napi::Env env = call.Env();
  const GridCodes grid = codes_arg(call);
  const size_t first = size_arg(call, 2, "first", static_cast<double>(grid.k));
  const Bytes counts = typed(call[3], "counts", napi_uint32_array, "a Uint32Array");
  const size_t columns = counts.size / 1024;
  if (columns > grid.k - first) throw out_of_range(env, "counts: expected at most as many columns as there are");
  count_columns(grid, first, columns, reinterpret_cast<uint32_t*>(counts.data));
  return env.Undefined();
}

// (codes, columns, inverse, sums)
Napi::Value sum_rows_of(const Napi::CallbackInfo& call) {
  const GridCodes grid = codes_arg(call);
  const double* inverse = doubles(call[2], "inverse", grid.k);
  sum_rows(grid, inverse, const_cast<double*>(doubles(call[3], "sums", grid.n)));
  return call.Env().Undefined();
}

// (codes, columns, scales, offsets or undefined, rests, larger, costs)
Napi::Value count_tables_of(const Napi::CallbackInfo& call) {
  const Napi::Env env = call.Env();
  const GridCodes grid = codes_arg(call);
  const Bytes scales = octets(call[2], "scales");
  expect_size(env, "scales", scales.size, grid.k);
  for (size_t c = 0; c < grid.k; ++c) {
    if (scales.data[c] > kMostScale && scales.data[c] != kZeroColumn) {
      throw out_of_range(env, "scales: expected 0 to 95, or 255");
    }
  }
  const int8_t* offsets = nullptr;
  if (!call[3].IsUndefined()) {
    const Bytes given = typed(call[3], "offsets", napi_int8_array, "an Int8Array");
    expect_size(env, "offsets", given.size, grid.n);
    offsets = reinterpret_cast<const int8_t*>(given.data);
  }
  const auto into = [&](size_t i, const char* name, size_t count) {
    return const_cast<double*>(doubles(call[i], name, count));
  };
  const TableCounts counts{into(4, "rests", 256 * kGridTables), into(5, "larger", kGridTables),
                           into(6, "costs", kGridTables)};
  return Napi::Number::New(env, count_tables(grid, scales.data, offsets, counts));
}

// Threads of their own: the program queue's belong to its driver.
template <typename Job>
void run_all(std::vector<Job>& jobs) {
  static std::mutex mutex;
  static ThreadPool pool(ThreadPool::default_size());
  const auto alone = [&] {
    for (Job& job : jobs) job.run();
  };
  // Batches at the same time have a thread each.
  std::unique_lock lock(mutex, std::defer_lock);
  if (jobs.size() < 2 || !lock.try_lock()) return alone();
  try {
    pool.run(jobs.size(), [&](size_t i, int) { jobs[i].run(); });
  } catch (const ThreadError&) {  // before any job has begun
    alone();
  }
}

// Holds the jobs' arrays until they are done. Node waits for it when the environment
// ends.
template <typename Job>
class Batch : public Napi::AsyncWorker {
 public:
  using FromArg = Job (*)(Napi::Value, Napi::Array*);
  using Result = Napi::Value (*)(Napi::Env, const std::vector<Job>&);

  Batch(const char* name, Napi::Array jobs, FromArg from_arg, Result result)
      : Napi::AsyncWorker(jobs.Env(), name), result_(result), deferred_(jobs.Env()) {
    jobs_.reserve(jobs.Length());
    auto held = Napi::Array::New(jobs.Env());
    for (uint32_t i = 0; i < jobs.Length(); ++i) jobs_.push_back(from_arg(jobs.Get(i), &held));
    held_ = Napi::Persistent(held);
  }
  Napi::Promise promise() const { return deferred_.Promise(); }

  void Execute() override { run_all(jobs_); }
  void OnOK() override {
    for (size_t i = 0; i < jobs_.size(); ++i) {
      if (jobs_[i].status.ok()) continue;
      Napi::Error error = to_error(Env(), jobs_[i].status);
      error.Set("job", static_cast<double>(i));
      deferred_.Reject(error.Value());
      return;
    }
    deferred_.Resolve(result_(Env(), jobs_));
  }
  void OnError(const Napi::Error& error) override { deferred_.Reject(error.Value()); }

 private:
  std::vector<Job> jobs_;
  const Result result_;
  Napi::Reference<Napi::Array> held_;
  Napi::Promise::Deferred deferred_;
};

template <typename Job>
Napi::Value start_batch(const Napi::CallbackInfo& call, const char* name,
                        typename Batch<Job>::FromArg from_arg, typename Batch<Job>::Result result) {
  if (!call[0].IsArray()) throw wrong_type(call.Env(), "jobs", "an array");
  auto batch = std::make_unique<Batch<Job>>(name, call[0].As<Napi::Array>(), from_arg, result);
  const Napi::Promise promise = batch->promise();
  batch.release()->Queue();  // deletes itself
  return promise;
}

Napi::Value decode_chunks(const Napi::CallbackInfo& call) {
  return start_batch<Decoding>(
      call, "ryanstream:decode", decoding_arg,
      [](Napi::Env env, const std::vector<Decoding>&) -> Napi::Value { return env.Undefined(); });
}

Napi::Value encode_chunks(const Napi::CallbackInfo& call) {
  return start_batch<Encoding>(
      call, "ryanstream:encode", encoding_arg,
      [](Napi::Env env, const std::vector<Encoding>& jobs) -> Napi::Value {
        auto sizes = Napi::Array::New(env, jobs.size());
        for (uint32_t i = 0; i < jobs.size(); ++i) sizes.Set(i, static_cast<double>(jobs[i].coded));
        return sizes;
      });
}

}  // namespace

void export_codec(Napi::Env env, Napi::Object exports) {
  exports.Set("encodePlanes", Napi::Function::New(env, encode_planes_of, "encodePlanes"));
  exports.Set("encodeChunks", Napi::Function::New(env, encode_chunks, "encodeChunks"));
  exports.Set("encodeGridRows", Napi::Function::New(env, encode_grid_rows_of, "encodeGridRows"));
  exports.Set("countColumns", Napi::Function::New(env, count_columns_of, "countColumns"));
  exports.Set("sumRows", Napi::Function::New(env, sum_rows_of, "sumRows"));
  exports.Set("countTables", Napi::Function::New(env, count_tables_of, "countTables"));
  exports.Set("decodeChunk", Napi::Function::New(env, decode_chunk, "decodeChunk"));
  exports.Set("decodeChunks", Napi::Function::New(env, decode_chunks, "decodeChunks"));
}

}  // namespace rs
