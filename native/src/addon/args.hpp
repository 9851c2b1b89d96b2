// Reading arguments from JavaScript: each failure throws a TypeError or
// RangeError that carries a code and names the argument.
#pragma once
#include <napi.h>

#include <string>

#include "../base/status.hpp"

namespace rs {

inline Napi::Error coded(Napi::Error error, const char* code) {
  error.Set("code", Napi::String::New(error.Env(), code));
  return error;
}

inline Napi::Error to_error(Napi::Env env, const Status& status) {
  return coded(Napi::Error::New(env, status.message), status.code);
}

inline Napi::Error wrong_type(Napi::Env env, const char* name, const char* expected) {
  return coded(Napi::TypeError::New(env, std::string(name) + ": expected " + expected),
               "ERR_INVALID_ARG_TYPE");
}

inline Napi::Error out_of_range(Napi::Env env, const std::string& message) {
  return coded(Napi::RangeError::New(env, message), "ERR_OUT_OF_RANGE");
}

// An integer from 0 to max.
inline size_t size_arg(const Napi::CallbackInfo& info, size_t i, const char* name,
                       double max = 9007199254740991.0) {
  if (!info[i].IsNumber()) throw wrong_type(info.Env(), name, "a number");
  const double x = info[i].As<Napi::Number>().DoubleValue();
  if (!(x >= 0 && x <= max) || x != static_cast<double>(static_cast<uint64_t>(x))) {
    throw out_of_range(info.Env(), std::string(name) + ": expected an integer from 0 to " +
                                       std::to_string(static_cast<uint64_t>(max)) + ", found " +
                                       std::to_string(x));
  }
  return static_cast<size_t>(x);
}

// Tells V8 of native memory that a JavaScript object keeps alive, so that the
// collector knows what a handle weighs. Not the throwing wrapper: it is also
// called from finalizers.
inline void report_external_memory(Napi::Env env, int64_t change) {
  int64_t total = 0;
  napi_adjust_external_memory(env, change, &total);
}

struct Bytes {
  uint8_t* data;
  size_t size;
  napi_typedarray_type type;  // napi_uint8_array for a DataView: bytes of any type
};

inline size_t element_bytes(napi_typedarray_type type) {
  switch (type) {
    case napi_int8_array:
    case napi_uint8_array:
    case napi_uint8_clamped_array: return 1;
    case napi_int32_array:
    case napi_uint32_array:
    case napi_float32_array: return 4;
    case napi_float64_array:
    case napi_bigint64_array:
    case napi_biguint64_array: return 8;
    default: return 2;
  }
}

// The bytes of a typed array or DataView. They belong to V8: copy, don't keep.
inline Bytes bytes_of(Napi::Value value, const char* name) {
  // Not by the wrapper's ArrayBuffer(): memory that workers share has none.
  const Napi::Env env = value.Env();
  size_t length = 0;
  void* data = nullptr;
  if (value.IsTypedArray()) {
    napi_typedarray_type type = napi_uint8_array;
    if (napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr) != napi_ok) {
      throw Napi::Error::New(env);
    }
    const size_t size = length * element_bytes(type);
    return {size == 0 ? nullptr : static_cast<uint8_t*>(data), size, type};
  }
  if (value.IsDataView()) {
    if (napi_get_dataview_info(env, value, &length, &data, nullptr, nullptr) != napi_ok) {
      throw Napi::Error::New(env);
    }
    return {length == 0 ? nullptr : static_cast<uint8_t*>(data), length, napi_uint8_array};
  }
  throw wrong_type(value.Env(), name, "a typed array");
}

}  // namespace rs
