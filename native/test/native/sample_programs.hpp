// One small program or more for every operation. executor.cpp runs them; the
// fuzzer breaks them.
#pragma once

namespace rs::test {

inline constexpr const char* kSamplePrograms[] = {
    "unary f32[n,3] -> f32[n,3] ; 1",
    "unary f32[] -> f32[] ; 9",
    "unary_grad f32[5] f32[5] -> f32[5] ; 8",
    "binary f32[n,3] f32[3] -> f32[n,3] ; 0",
    "binary f32[2,1,3] f32[4,1] -> f32[2,4,3] ; 3",
    "binary_scalar f32[n] -> f32[n] ; 2 0.5 1",
    "where f32[n] f32[n] f32[1] -> f32[n]",
    "cast f32[n] -> bf16[n]",
    "cast f16[7] -> f32[7]",
    "cast f32[7] -> i32[7]",
    "swiglu f32[n,4] f32[n,4] -> f32[n,4]",
    "swiglu_grad f32[n,4] f32[n,4] f32[n,4] -> f32[n,4] f32[n,4]",
    "permute f32[2,n,4] -> f32[4,2,n] ; 2 0 1",
    "permute u8[3,5] -> u8[5,3] ; 1 0",
    "slice f32[8,6] -> f32[3,2] ; 1 2 2 1",
    "slice_grad f32[3,2] -> f32[8,6] ; 1 2 2 1",
    "concat f32[2,3] f32[n,3] f32[1,3] -> f32[5,3] ; 0",
    "concat f32[2,3] f32[2,1] -> f32[2,4] ; 1",
    "broadcast_to f32[3,1] -> f32[2,3,4]",
    "fill -> f32[n,2] ; 1.5",
    "copy i32[n] -> i32[n]",
    "reduce f32[n,3,4] -> f32[n,4] ; 0 0 1",
    "reduce f32[2,3,4] -> f32[1,3,1] ; 1 1 0 2",
    "argmax f32[n,5] -> i32[n]",
    "top_k f32[n,5] -> f32[n,2] i32[n,2]",
    "softmax f32[n,5] -> f32[n,5] ; 0",
    "softmax_grad f32[n,5] f32[n,5] -> f32[n,5] ; 1",
    "embedding f32[6,3] i32[n] -> f32[n,3]",
    "embedding bf16[6,3] i32[2,2] -> f32[2,2,3]",
    "embedding_grad i32[n] f32[n,3] -> f32[6,3]",
    "rms_norm f32[n,6] f32[6] -> f32[n,6] f32[n] ; 1e-5",
    "rms_norm_grad f32[n,6] f32[6] f32[n] f32[n,6] -> f32[n,6] f32[6]",
    "add_rms_norm f32[n,6] f32[n,6] f32[6] -> f32[n,6] f32[n,6] f32[n] ; 1e-5",
    "matmul f32[n,4] f32[4,5] -> f32[n,5] ; 0 0",
    "matmul f32[4,n] f32[5,4] -> f32[n,5] ; 1 1",
    "matmul f32[2,3,4] f32[2,4,5] -> f32[2,3,5] ; 0 0",
    "matmul f32[n,4] bf16[5,4] -> f32[n,5] ; 0 1",
    "rope_table i32[n] f32[2] -> f32[n,2] f32[n,2] ; 1",
    "rope f32[n,3,6] f32[n,2] f32[n,2] -> f32[n,3,6] ; 0 0",
    "rope f32[n,3,6] f32[n,2] f32[n,2] -> f32[n,3,6] ; 1 1",
    "attention f32[2,n,4,8] f32[2,n,2,8] f32[2,n,2,5] -> f32[2,n,4,5] f32[2,4,n] ; 0.35 1 0 0 0",
    "attention f32[1,3,2,4] f32[1,5,2,4] f32[1,5,2,4] -> f32[1,3,2,4] f32[1,2,3] ; 0.5 0 0 0 0",
    "attention f32[1,n,2,4] f32[1,n,1,4] f32[1,n,1,4] i32[1,n] -> f32[1,n,2,4] f32[1,2,n] ; 0.5 1 2 1 0",
    "attention f32[1,n,2,4] f32[1,n,1,4] f32[1,n,1,4] i32[1,n] i32[1,n] -> f32[1,n,2,4] f32[1,2,n] ; "
    "0.5 1 0 1 1",
    "attention_grad f32[1,n,2,4] f32[1,n,1,4] f32[1,n,1,3] f32[1,n,2,3] f32[1,2,n] f32[1,n,2,3] -> "
    "f32[1,n,2,4] f32[1,n,1,4] f32[1,n,1,3] ; 0.5 1 0 0 0",
    "kv_write f32[n,2,4] f32[n,2,3] i32[n] i32[n] i32[1,2] -> slot:f32[3,2,4,16] slot:f32[3,2,16,3] ; 16",
    "paged_attention f32[n,4,4] slot:f32[3,2,4,16] slot:f32[3,2,16,3] i32[n] i32[n] i32[1,2] -> "
    "f32[n,4,3] ; 0.5 0 16",
    "cross_entropy f32[n,5] i32[n] -> f32[n] f32[n] ; -100",
    "cross_entropy_grad f32[n,5] i32[n] f32[n] f32[n] -> f32[n,5] ; -100",
    "linear_cross_entropy f32[n,4] f32[6,4] i32[n] -> f32[n] f32[n] ; -100",
    "linear_cross_entropy_grad f32[n,4] f32[6,4] i32[n] f32[n] -> f32[n] f32[n] f32[n,4] f32[6,4] ; -100",
    "adamw f32[n] f32[1] i32[1] -> slot:f32[n] slot:f32[n] slot:f32[n] ; 0.9 0.95 1e-8 0.1",
    "increment -> slot:i32[1]",
};

}  // namespace rs::test
