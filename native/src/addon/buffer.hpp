// `Buffer`: a block of native memory as a JavaScript object. Programs read and
// write it; JavaScript copies in and out.
#pragma once
#include <napi.h>

#include <memory>

#include "../base/memory.hpp"
#include "args.hpp"

namespace rs {

class BufferHandle : public Napi::ObjectWrap<BufferHandle> {
 public:
  static Napi::Function define(Napi::Env env);
  static Napi::Value map_file(const Napi::CallbackInfo& info);
  // The memory behind a JavaScript value; throws when it isn't a live Buffer.
  static std::shared_ptr<Memory> memory_of(Napi::Value value, const char* name);
  static bool is(Napi::Value value);

  explicit BufferHandle(const Napi::CallbackInfo& info);
  ~BufferHandle() override;

 private:
  struct Range {
    Bytes array;
    uint8_t* native;
  };
  Range range_arg(const Napi::CallbackInfo& info);
  const std::shared_ptr<Memory>& live(Napi::Env env) const;
  // Throws unless it may be changed now.
  void expect_writable(Napi::Env env) const;
  void adopt(Napi::Env env, std::shared_ptr<Memory> memory);
  void release(Napi::Env env);

  Napi::Value read(const Napi::CallbackInfo& info);
  Napi::Value write(const Napi::CallbackInfo& info);
  Napi::Value fill(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);
  Napi::Value byte_length(const Napi::CallbackInfo& info);
  Napi::Value writable(const Napi::CallbackInfo& info);
  Napi::Value disposed(const Napi::CallbackInfo& info);

  std::shared_ptr<Memory> memory_;
};

}  // namespace rs
