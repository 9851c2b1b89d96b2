// `Program`: a compiled program as a JavaScript object.
#pragma once
#include <napi.h>

#include <memory>

#include "../program/executor.hpp"

namespace rs {

class ProgramHandle : public Napi::ObjectWrap<ProgramHandle> {
 public:
  static Napi::Function define(Napi::Env env);

  explicit ProgramHandle(const Napi::CallbackInfo& info);
  ~ProgramHandle() override;

 private:
  void release(Napi::Env env);

  Napi::Value run(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);
  Napi::Value arena_bytes(const Napi::CallbackInfo& info);
  Napi::Value workspace_bytes(const Napi::CallbackInfo& info);
  Napi::Value disposed(const Napi::CallbackInfo& info);

  std::shared_ptr<Executor> executor_;
};

}  // namespace rs
