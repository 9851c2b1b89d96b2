#include "program.hpp"

#include "args.hpp"
#include "buffer.hpp"
#include "environment.hpp"

namespace rs {
namespace {

void account(Napi::Env env, const Executor& executor, int sign) {
  auto& live = LiveHandles::shared();
  const auto bytes =
      sign * static_cast<int64_t>(executor.arena_bytes() + executor.workspace_bytes());
  live.programs += sign;
  live.program_bytes += bytes;
  report_external_memory(env, bytes);
}

Napi::Float64Array f64_arg(const Napi::CallbackInfo& info, size_t i, const char* name) {
  if (!info[i].IsTypedArray() ||
      info[i].As<Napi::TypedArray>().TypedArrayType() != napi_float64_array) {
    throw wrong_type(info.Env(), name, "a Float64Array");
  }
  return info[i].As<Napi::Float64Array>();
}

Napi::Array array_arg(const Napi::CallbackInfo& info, size_t i, const char* name) {
  if (!info[i].IsArray()) throw wrong_type(info.Env(), name, "an array");
  return info[i].As<Napi::Array>();
}

// Bytes may be of anything; numbers of another type than the value's are a mistake.
void expect_type(Napi::Env env, const char* what, uint32_t i, const Bytes& bytes, DType want) {
  const napi_typedarray_type type = bytes.type;
  bool fits = type == napi_uint8_array;
  switch (want) {
    case DType::f32: fits |= type == napi_float32_array; break;
    case DType::i32: fits |= type == napi_int32_array; break;
    case DType::u8: fits |= type == napi_uint8_clamped_array; break;
    case DType::i8: fits |= type == napi_int8_array; break;
    default: fits |= element_bytes(type) == 2 && type != napi_int16_array; break;
  }
  if (fits) return;
  throw to_error(env, Status::error("ERR_DTYPE", std::string(what) + " " + std::to_string(i) + " is " +
                                                     dtype_name(want) +
                                                     ": expected its typed array, or its bytes as a "
                                                     "Uint8Array"));
}

std::vector<uint8_t> copy_bytes(Napi::Value value, const char* name) {
  const Bytes bytes = bytes_of(value, name);
  return {bytes.data, bytes.data + bytes.size};
}

// Fills what the options ask for; returns the ticket, or -1.
double read_options(Napi::Env env, Napi::Value value, RunRequest& request) {
  if (value.IsUndefined()) return -1;
  if (!value.IsObject()) throw wrong_type(env, "options", "an object");
  const auto options = value.As<Napi::Object>();
  double ticket = -1;
  if (const Napi::Value v = options.Get("ticket"); v.IsNumber()) {
    ticket = v.As<Napi::Number>().DoubleValue();
  }
  if (const Napi::Value v = options.Get("profile"); v.IsBoolean()) {
    request.profile = v.As<Napi::Boolean>();
  }
  if (const Napi::Value v = options.Get("stopAfter"); v.IsNumber()) {
    request.stop_after = v.As<Napi::Number>().Int64Value();
    if (request.stop_after < 0) throw out_of_range(env, "stopAfter: expected an operation");
  }
  if (const Napi::Value v = options.Get("read"); v.IsArray()) {
    const auto ids = v.As<Napi::Array>();
    for (uint32_t i = 0; i < ids.Length(); ++i) {
      request.read.push_back(ids.Get(i).ToNumber().Uint32Value());
    }
  }
  return ticket;
}

// Dims, slots, inputs and options; returns the ticket, or -1.
double read_request(const Napi::CallbackInfo& info, RunRequest& request) {
  const Napi::Env env = info.Env();
  const Napi::Float64Array dims = f64_arg(info, 0, "dims");
  for (size_t i = 0; i < dims.ElementLength(); ++i) {
    if (!(dims[i] >= 0 && dims[i] <= 9007199254740991.0)) {
      throw out_of_range(env, "dims: expected integers of 0 or more");
    }
    request.dims.push_back(static_cast<int64_t>(dims[i]));
  }
  const Napi::Array slots = array_arg(info, 1, "slots");
  for (uint32_t i = 0; i < slots.Length(); ++i) {
    request.slots.emplace_back(BufferHandle::memory_of(slots.Get(i), "slots"));
  }
  const Napi::Array inputs = array_arg(info, 2, "inputs");
  for (uint32_t i = 0; i < inputs.Length(); ++i) {
    const Napi::Value input = inputs.Get(i);
    if (BufferHandle::is(input)) request.inputs.emplace_back(BufferHandle::memory_of(input, "inputs"));
    else request.inputs.emplace_back(copy_bytes(input, "inputs"));
  }
  return read_options(env, info[4], request);
}

// Buffers go to the request; typed arrays are held for the end, at their place.
std::vector<Napi::ObjectReference> read_outputs(const Napi::CallbackInfo& info, RunRequest& request) {
  const Napi::Array list = array_arg(info, 3, "outputs");
  std::vector<Napi::ObjectReference> arrays;
  bool buffers = false;
  for (uint32_t i = 0; i < list.Length(); ++i) {
    const Napi::Value output = list.Get(i);
    arrays.emplace_back();
    request.outputs.emplace_back();
    if (BufferHandle::is(output)) {
      request.outputs.back() = BufferHandle::memory_of(output, "outputs");
      buffers = true;
      continue;
    }
    bytes_of(output, "outputs");
    arrays.back() = Napi::Persistent(output.As<Napi::Object>());
  }
  if (!buffers) request.outputs.clear();
  return arrays;
}

// That each array takes what the program will give.
void expect_arrays(Napi::Env env, const Job& job, const std::vector<Napi::ObjectReference>& arrays) {
  const size_t expected = job.executor->outputs_of(job.request).size();
  if (arrays.size() != expected) {
    throw out_of_range(env, "outputs: expected " + std::to_string(expected) + " arrays or Buffers, found " +
                                std::to_string(arrays.size()));
  }
  for (uint32_t i = 0; i < arrays.size(); ++i) {
    if (arrays[i].IsEmpty()) continue;
    Tensor t;
    const Status status = job.executor->resolve_output(job.request, i, t);
    if (!status.ok()) throw to_error(env, status);
    const Bytes into = bytes_of(arrays[i].Value(), "outputs");
    expect_type(env, "output", i, into, t.dtype);
    if (into.size != t.bytes()) {
      throw to_error(env, Status::error("ERR_SHAPE", "output " + std::to_string(i) + ": expected " +
                                                         std::to_string(t.bytes()) + " bytes for " +
                                                         describe(t) + ", found " +
                                                         std::to_string(into.size)));
    }
  }
}

}  // namespace

Napi::Function ProgramHandle::define(Napi::Env env) {
  return DefineClass(env, "Program",
                     {InstanceMethod<&ProgramHandle::run>("run"),
                      InstanceMethod<&ProgramHandle::dispose>("dispose"),
                      InstanceAccessor<&ProgramHandle::arena_bytes>("arenaBytes"),
                      InstanceAccessor<&ProgramHandle::workspace_bytes>("workspaceBytes"),
                      InstanceAccessor<&ProgramHandle::disposed>("disposed")});
}

ProgramHandle::ProgramHandle(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<ProgramHandle>(info) {
  const Napi::Array list = array_arg(info, 1, "constants");
  std::vector<std::vector<uint8_t>> constants;
  for (uint32_t i = 0; i < list.Length(); ++i) {
    constants.push_back(copy_bytes(list.Get(i), "constants"));
  }
  // After the constants: reading those may run JavaScript that detaches the words.
  const Napi::Float64Array words = f64_arg(info, 0, "words");
  const Status status = Executor::create({words.Data(), words.ElementLength()}, std::move(constants),
                                         Queue::shared().threads(), executor_);
  if (!status.ok()) throw to_error(info.Env(), status);
  account(info.Env(), *executor_, 1);
}

ProgramHandle::~ProgramHandle() { release(Env()); }

void ProgramHandle::release(Napi::Env env) {
  if (executor_ == nullptr) return;
  account(env, *executor_, -1);
  executor_.reset();  // a run in flight holds it until it ends
}

// Getters in the arguments run JavaScript, which may dispose of this program or
// detach an array: from here on only what the job holds is used, and what comes
// from JavaScript is copied or held when it is read.
Napi::Value ProgramHandle::run(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (executor_ == nullptr) {
    throw coded(Napi::Error::New(env, "this Program has been disposed of"), "ERR_DISPOSED");
  }
  auto job = std::make_shared<Job>();
  job->executor = executor_;
  const double ticket = read_request(info, job->request);
  std::vector<Napi::ObjectReference> arrays = read_outputs(info, job->request);
  const Status status = job->executor->admit(job->request);
  if (!status.ok()) throw to_error(env, status);
  expect_arrays(env, *job, arrays);
  return env.GetInstanceData<Environment>()->start(env, std::move(job), std::move(arrays), ticket);
}

Napi::Value ProgramHandle::dispose(const Napi::CallbackInfo& info) {
  release(info.Env());
  return info.Env().Undefined();
}

Napi::Value ProgramHandle::arena_bytes(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), executor_ == nullptr
                                           ? 0.0
                                           : static_cast<double>(executor_->arena_bytes()));
}

Napi::Value ProgramHandle::workspace_bytes(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), executor_ == nullptr
                                           ? 0.0
                                           : static_cast<double>(executor_->workspace_bytes()));
}

Napi::Value ProgramHandle::disposed(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), executor_ == nullptr);
}

}  // namespace rs
