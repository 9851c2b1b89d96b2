// The addon's exports.
#include <napi.h>

#include "../base/cpu.hpp"
#include "../base/device.hpp"
#include "../operations/weights.hpp"
#include "../program/queue.hpp"
#include "args.hpp"
#include "buffer.hpp"
#include "codec.hpp"
#include "environment.hpp"
#include "program.hpp"

namespace rs {
namespace {

Napi::Value info(const Napi::CallbackInfo& call) {
  auto out = Napi::Object::New(call.Env());
  out.Set("isa", isa_name(active_isa()));
  out.Set("detectedIsa", isa_name(detected_isa()));
  out.Set("threads", Queue::shared().threads());
  return out;
}

Napi::Value list_devices(const Napi::CallbackInfo& call) {
  auto out = Napi::Array::New(call.Env());
  for (const Device& device : devices()) {
    auto entry = Napi::Object::New(call.Env());
    entry.Set("kind", device.kind);
    entry.Set("name", device.name);
    entry.Set("isa", device.isa);
    entry.Set("threads", device.threads);
    entry.Set("memoryBytes", static_cast<double>(device.memory_bytes));
    out.Set(out.Length(), entry);
  }
  return out;
}

Napi::Value packed_size(const Napi::CallbackInfo& call) {
  constexpr double kMost = 1ull << 40;
  const int64_t bytes = packed_bytes(static_cast<int>(size_arg(call, 0, "format", 4)),
                                     static_cast<int64_t>(size_arg(call, 1, "n", kMost)),
                                     static_cast<int64_t>(size_arg(call, 2, "k", kMost)),
                                     static_cast<int64_t>(size_arg(call, 3, "group", 128)),
                                     call[4].ToBoolean());
  if (bytes < 0) {
    throw out_of_range(call.Env(), "packedBytes: expected a group of 32, 64 or 128 for int8 and int4, "
                                   "0 for f32, bf16 and f16");
  }
  return Napi::Number::New(call.Env(), static_cast<double>(bytes));
}

Napi::Value operations(const Napi::CallbackInfo& call) {
  const auto all = all_operations();
  auto out = Napi::Array::New(call.Env(), all.size());
  for (uint32_t i = 0; i < all.size(); ++i) out.Set(i, Napi::String::New(call.Env(), all[i]->name));
  return out;
}

Napi::Value live_handles(const Napi::CallbackInfo& call) {
  const auto& live = LiveHandles::shared();
  auto out = Napi::Object::New(call.Env());
  out.Set("buffers", static_cast<double>(live.buffers));
  out.Set("programs", static_cast<double>(live.programs));
  out.Set("bufferBytes", static_cast<double>(live.buffer_bytes));
  out.Set("programBytes", static_cast<double>(live.program_bytes));
  return out;
}

Napi::Value cancel(const Napi::CallbackInfo& call) {
  if (!call[0].IsNumber()) throw wrong_type(call.Env(), "ticket", "a number");
  return Napi::Boolean::New(call.Env(), call.Env().GetInstanceData<Environment>()->cancel(
                                            call[0].As<Napi::Number>().DoubleValue()));
}

Napi::Value new_ticket(const Napi::CallbackInfo& call) {
  return Napi::Number::New(call.Env(), call.Env().GetInstanceData<Environment>()->next_ticket());
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  if (const Status status = isa_status(); !status.ok()) throw to_error(env, status);
  if (const Status status = ThreadPool::default_size_status(); !status.ok()) {
    throw to_error(env, status);
  }
  auto* environment = new Environment(env);
  env.SetInstanceData(environment);  // freed after the hook below has run
  env.AddCleanupHook([environment] { environment->drain(); });
  const Napi::Function buffer = BufferHandle::define(env);
  environment->buffer_class = Napi::Persistent(buffer);
  exports.Set("Buffer", buffer);
  exports.Set("Program", ProgramHandle::define(env));
  exports.Set("mapFile", Napi::Function::New(env, BufferHandle::map_file, "mapFile"));
  exports.Set("devices", Napi::Function::New(env, list_devices, "devices"));
  exports.Set("packedBytes", Napi::Function::New(env, packed_size, "packedBytes"));
  exports.Set("info", Napi::Function::New(env, info, "info"));
  exports.Set("operations", Napi::Function::New(env, operations, "operations"));
  exports.Set("liveHandles", Napi::Function::New(env, live_handles, "liveHandles"));
  exports.Set("newTicket", Napi::Function::New(env, new_ticket, "newTicket"));
  exports.Set("cancel", Napi::Function::New(env, cancel, "cancel"));
  export_codec(env, exports);
  return exports;
}

NODE_API_MODULE(ryanstream_kernels, init)

}  // namespace
}  // namespace rs
