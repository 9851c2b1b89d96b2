#include "buffer.hpp"

#include <cstring>

#include "environment.hpp"

namespace rs {
namespace {

// Marks objects made here, so that another class's wrap is never mistaken for ours.
constexpr napi_type_tag kTag = {0x5259414e42554646, 0x8e2d4b1f6a7c9035};

void account(Napi::Env env, const Memory& memory, int sign) {
  auto& live = LiveHandles::shared();
  live.buffers += sign;
  const auto bytes = sign * static_cast<int64_t>(memory.bytes());
  live.buffer_bytes += bytes;
  if (memory.anonymous()) report_external_memory(env, bytes);
}

}  // namespace

Napi::Function BufferHandle::define(Napi::Env env) {
  return DefineClass(env, "Buffer",
                     {InstanceMethod<&BufferHandle::read>("read"),
                      InstanceMethod<&BufferHandle::write>("write"),
                      InstanceMethod<&BufferHandle::fill>("fill"),
                      InstanceMethod<&BufferHandle::dispose>("dispose"),
                      InstanceAccessor<&BufferHandle::byte_length>("byteLength"),
                      InstanceAccessor<&BufferHandle::writable>("writable"),
                      InstanceAccessor<&BufferHandle::disposed>("disposed")});
}

BufferHandle::BufferHandle(const Napi::CallbackInfo& info) : Napi::ObjectWrap<BufferHandle>(info) {
  info.This().As<Napi::Object>().TypeTag(&kTag);
  if (info.Length() == 1 && info[0].IsExternal()) {  // from map_file
    adopt(info.Env(), *info[0].As<Napi::External<std::shared_ptr<Memory>>>().Data());
    return;
  }
  std::shared_ptr<Memory> memory;
  const Status status = Memory::allocate(size_arg(info, 0, "byteLength"), memory);
  if (!status.ok()) throw to_error(info.Env(), status);
  adopt(info.Env(), std::move(memory));
}

Napi::Value BufferHandle::map_file(const Napi::CallbackInfo& info) {
  if (!info[0].IsString()) throw wrong_type(info.Env(), "path", "a string");
  std::shared_ptr<Memory> memory;
  const Status status =
      Memory::map_file(info[0].As<Napi::String>(), size_arg(info, 1, "byteOffset"),
                       size_arg(info, 2, "byteLength"), memory);
  if (!status.ok()) throw to_error(info.Env(), status);
  auto* environment = info.Env().GetInstanceData<Environment>();
  return environment->buffer_class.New(
      {Napi::External<std::shared_ptr<Memory>>::New(info.Env(), &memory)});
}

BufferHandle::~BufferHandle() { release(Env()); }

void BufferHandle::adopt(Napi::Env env, std::shared_ptr<Memory> memory) {
  memory_ = std::move(memory);
  account(env, *memory_, 1);
}

void BufferHandle::release(Napi::Env env) {
  if (memory_ == nullptr) return;
  account(env, *memory_, -1);
  memory_.reset();  // a run that uses it holds it until it ends
}

const std::shared_ptr<Memory>& BufferHandle::live(Napi::Env env) const {
  if (memory_ == nullptr) {
    throw coded(Napi::Error::New(env, "this Buffer has been disposed of"), "ERR_DISPOSED");
  }
  return memory_;
}

void BufferHandle::expect_writable(Napi::Env env) const {
  const auto& memory = live(env);
  if (!memory->writable()) {
    throw coded(Napi::Error::New(env, "this Buffer is a file, mapped read-only: copy it into a new Buffer"),
                "ERR_READ_ONLY");
  }
  if (memory->held()) {
    throw coded(Napi::Error::New(env, "this Buffer is used by a run that has not ended: await that run first"),
                "ERR_BUSY");
  }
}

bool BufferHandle::is(Napi::Value value) {
  return value.IsObject() && value.As<Napi::Object>().CheckTypeTag(&kTag);
}

std::shared_ptr<Memory> BufferHandle::memory_of(Napi::Value value, const char* name) {
  if (!is(value)) {
    throw wrong_type(value.Env(), name, "a Buffer of this package");
  }
  return Unwrap(value.As<Napi::Object>())->live(value.Env());
}

BufferHandle::Range BufferHandle::range_arg(const Napi::CallbackInfo& info) {
  const auto& memory = live(info.Env());
  const size_t offset = size_arg(info, 0, "byteOffset");
  const Bytes array = bytes_of(info[1], "array");
  if (offset > memory->bytes() || array.size > memory->bytes() - offset) {
    throw out_of_range(info.Env(), "expected at most " + std::to_string(memory->bytes()) +
                                       " bytes, found " + std::to_string(array.size) +
                                       " at offset " + std::to_string(offset));
  }
  return {array, memory->data() + offset};
}

Napi::Value BufferHandle::read(const Napi::CallbackInfo& info) {
  const Range range = range_arg(info);
  if (range.array.size > 0) std::memcpy(range.array.data, range.native, range.array.size);
  return info.Env().Undefined();
}

Napi::Value BufferHandle::write(const Napi::CallbackInfo& info) {
  const Range range = range_arg(info);
  expect_writable(info.Env());
  if (range.array.size > 0) std::memcpy(range.native, range.array.data, range.array.size);
  return info.Env().Undefined();
}

Napi::Value BufferHandle::fill(const Napi::CallbackInfo& info) {
  const auto byte = static_cast<int>(size_arg(info, 0, "byte", 255));
  expect_writable(info.Env());
  std::memset(memory_->data(), byte, memory_->bytes());
  return info.Env().Undefined();
}

Napi::Value BufferHandle::dispose(const Napi::CallbackInfo& info) {
  release(info.Env());
  return info.Env().Undefined();
}

Napi::Value BufferHandle::byte_length(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(),
                           memory_ == nullptr ? 0.0 : static_cast<double>(memory_->bytes()));
}

Napi::Value BufferHandle::writable(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), memory_ != nullptr && memory_->writable());
}

Napi::Value BufferHandle::disposed(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), memory_ == nullptr);
}

}  // namespace rs

