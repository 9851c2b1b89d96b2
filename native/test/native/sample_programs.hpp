// One small program or more for every operation, and some of several operations
// that use places of the arena again. executor.cpp runs them; the fuzzer breaks them.
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
    "take_columns f32[n,6] i32[2]=iota -> f32[n,3] ; 6 3",
    "put_columns f32[n,3] i32[2]=iota -> f32[n,6] ; 6 3",
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
    "kv_write f32[n,2,4] f32[n,2,3] i32[n] i32[n]=iota i32[1,2] -> slot:f32[3,2,4,16] slot:f32[3,2,16,3] ; 16",
    "paged_attention f32[n,4,4] slot:f32[3,2,4,16] slot:f32[3,2,16,3] i32[n] i32[n] i32[1,2] -> "
    "f32[n,4,3] ; 0.5 0 16",
    "cross_entropy f32[n,5] i32[n] -> f32[n] f32[n] ; -100",
    "cross_entropy_grad f32[n,5] i32[n] f32[n] f32[n] -> f32[n,5] ; -100",
    "linear_cross_entropy f32[n,4] f32[6,4] i32[n] -> f32[n] f32[n] ; -100",
    "linear_cross_entropy_grad f32[n,4] f32[6,4] i32[n] f32[n] -> f32[n] f32[n] f32[n,4] f32[6,4] ; -100",
    "adamw f32[n] f32[1] i32[1]=1 -> slot:f32[n] slot:f32[n] slot:f32[n] ; 0.9 0.95 1e-8 0.1",
    "pack_weight f32[5,6] -> u8[768] ; 0 5 6 0 0",
    "pack_weight bf16[33,6] -> u8[768] ; 1 33 6 0 0",
    "pack_codes u8[5,40] f32[5,2] -> u8[2176] ; 3 5 40 32 0",
    "pack_codes u8[5,40] f32[5,2] f32[5,2] -> u8[1280] ; 4 5 40 32 1",
    "pack_blocks u8[340] -> slot:u8[2176] ; 3 5 64 32 0 8",
    "pack_blocks u8[420] -> slot:u8[4608] ; 4 2 256 32 0 14",
    "unpack_weight u8[1152] -> f32[5,40] ; 4 5 40 32 0",
    "embedding_packed slot:u8[2304] i32[n] -> f32[n,40] ; 3 5 40 32 1",
    "linear f32[n,6] u8[384] -> f32[n,5] ; 2 5 6 0 0 0",
    "linear f32[n,6] const:u8[768] f32[5] -> f32[n,5] ; 0 5 6 0 0 1",
    "linear f32[2,n,40] slot:u8[2176] -> f32[2,n,5] ; 3 5 40 32 0 0",
    "linear f32[n,40] slot:u8[1280] const:f32[5] -> f32[n,5] ; 4 5 40 32 1 1",
    "norm_linear f32[n,6] f32[6] u8[768] -> f32[n,5] ; 0 5 6 0 0 1e-5 0 5 0",
    "norm_linear f32[n,40] f32[40] const:u8[2304] f32[40] -> f32[n,32] f32[n,8] ; 4 40 40 32 0 1e-5 1 32 8 1 1",
    "linear_glu f32[n,6] f32[6] u8[768] u8[768] -> f32[n,5] ; 0 5 6 0 0 0 1 1e-5 0 0 0",
    "linear_glu f32[n,40] slot:u8[2176] const:u8[2176] f32[5] -> f32[n,5] ; 3 5 40 32 0 1 0 0 0 0 1",
    "add_outliers f32[n,6] f32[n,5] i32[2]=iota u8[768] -> f32[n,5] ; 0 5 6 0 0 6 5",
    // A block of a model, and its places used again and again.
    "rms_norm f32[n,6]@x const:f32[6] -> f32[n,6]@h f32[n] ; 1e-5 | matmul @h const:f32[6,6] -> f32[n,6]@a ; 0 0 | "
    "unary @a -> f32[n,6]@b ; 8 | binary @x @b -> f32[n,6]@c ; 0 | softmax @c -> f32[n,6] ; 0",
    "unary f32[n,3]@x -> f32[n,3]@a ; 0 | concat @a @x -> f32[n,6]@b ; 1 | permute @b -> f32[6,n]@c ; 1 0 | "
    "matmul @c @b -> f32[6,6]@d ; 0 0 | reduce @d -> f32[6]@e ; 0 0 1 | unary @e -> f32[6]@f ; 12 | "
    "broadcast_to @f -> f32[2,6]",
    "cast f32[n,4] -> bf16[n,4]@a | cast @a -> f32[n,4]@b | unary @b -> f32[n,4]@c ; 6 | cast @c -> f16[n,4]@d | "
    "copy @d -> f16[n,4] | argmax @c -> i32[n]@i | embedding const:f32[8,3] @i -> f32[n,3]",
    "pack_weight f32[5,40] -> u8[1152]@w ; 4 5 40 32 0 | linear f32[n,40] @w -> f32[n,5]@y ; 4 5 40 32 0 0 | "
    "top_k @y -> f32[n,1] i32[n,1]@i | embedding_packed @w @i -> f32[n,1,40] ; 4 5 40 32 0",
    "rope_table i32[n]=iota@p const:f32[2] -> f32[n,2]@cos f32[n,2]@sin ; 1 | "
    "rope f32[n,2,4] @cos @sin -> f32[n,2,4]@k ; 0 0 | "
    "kv_write @k f32[n,2,3] i32[n]@s @p i32[1,2]@t -> slot:f32[3,2,4,16]@keys slot:f32[3,2,16,3]@values ; 16 | "
    "rope f32[n,4,4] @cos @sin -> f32[n,4,4]@q ; 0 0 | "
    "paged_attention @q @keys @values @s @p @t -> f32[n,4,3] ; 0.5 0 16",
    "matmul f32[n,4]@x slot:f32[4,5]@w -> f32[n,5]@y ; 0 0 | cross_entropy @y i32[n]@t -> f32[n] f32[n]@l ; -100 | "
    "cross_entropy_grad @y @t @l f32[n] -> f32[n,5]@dy ; -100 | matmul @x @dy -> f32[4,5]@dw ; 1 0 | "
    "adamw @dw f32[1] i32[1]=1 -> @w slot:f32[4,5] slot:f32[4,5] ; 0.9 0.95 1e-8 0.1",
    "increment -> slot:i32[1]",
};

}  // namespace rs::test
