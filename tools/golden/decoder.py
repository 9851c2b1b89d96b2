"""The reference decoder in PyTorch: RMSNorm, rotary embedding, grouped-query
causal attention, SwiGLU. Shared by the golden files and by the training-step
benchmark, so that both measure the model that the tests prove equal to ours.

Weights come from a counter-based hash that TypeScript computes too
(tools/golden/weights.ts), so no file has to carry them.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F


@dataclass(frozen=True)
class Config:
    vocab: int
    width: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    hidden: int
    rope_base: float = 10000.0
    eps: float = 1e-5


def hashed(name: str, shape: tuple[int, ...], scale: float) -> torch.Tensor:
    """Uniform in [-scale, scale): murmur3's finaliser over (FNV-1a of name) + index."""
    seed = 2166136261
    for byte in name.encode():
        seed = ((seed ^ byte) * 16777619) & 0xFFFFFFFF
    count = 1
    for extent in shape:
        count *= extent
    h = (torch.arange(count, dtype=torch.int64) + seed) & 0xFFFFFFFF
    h = h ^ (h >> 16)
    h = (h * 0x85EBCA6B) & 0xFFFFFFFF
    h = h ^ (h >> 13)
    h = (h * 0xC2B2AE35) & 0xFFFFFFFF
    h = h ^ (h >> 16)
    return ((h.double() / 2**32 * 2 - 1) * scale).float().reshape(shape)


def parameters(c: Config) -> dict[str, torch.Tensor]:
    d, hd = c.width, c.head_dim
    shapes: dict[str, tuple[int, ...]] = {"embedding": (c.vocab, d)}
    for i in range(c.layers):
        shapes |= {
            f"layers.{i}.attention.norm": (d,),
            f"layers.{i}.attention.q": (c.heads * hd, d),
            f"layers.{i}.attention.k": (c.kv_heads * hd, d),
            f"layers.{i}.attention.v": (c.kv_heads * hd, d),
            f"layers.{i}.attention.o": (d, c.heads * hd),
            f"layers.{i}.ffn.norm": (d,),
            f"layers.{i}.ffn.gate": (c.hidden, d),
            f"layers.{i}.ffn.up": (c.hidden, d),
            f"layers.{i}.ffn.down": (d, c.hidden),
        }
    shapes |= {"norm": (d,), "head": (c.vocab, d)}
    out = {}
    for name, shape in shapes.items():
        if len(shape) == 1:
            out[name] = 1 + hashed(name, shape, 0.1)
        else:
            out[name] = hashed(name, shape, (3 / shape[1]) ** 0.5)
    return out


def rope(x: torch.Tensor, base: float) -> torch.Tensor:
    """x: (batch, time, heads, head_dim), half-split pairs."""
    time, dim = x.shape[1], x.shape[3]
    inverse = 1.0 / base ** (torch.arange(0, dim, 2, dtype=torch.float32) / dim)
    angle = torch.outer(torch.arange(time, dtype=torch.float32), inverse)[None, :, None, :]
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


def loss(p: dict[str, torch.Tensor], c: Config, tokens: torch.Tensor, targets: torch.Tensor):
    """Mean cross-entropy over targets that are not -100."""
    batch, time = tokens.shape
    x = p["embedding"][tokens]
    for i in range(c.layers):
        name = f"layers.{i}."
        h = F.rms_norm(x, (c.width,), p[name + "attention.norm"], c.eps)
        q = F.linear(h, p[name + "attention.q"]).view(batch, time, c.heads, c.head_dim)
        k = F.linear(h, p[name + "attention.k"]).view(batch, time, c.kv_heads, c.head_dim)
        v = F.linear(h, p[name + "attention.v"]).view(batch, time, c.kv_heads, c.head_dim)
        q, k = rope(q, c.rope_base), rope(k, c.rope_base)
        a = F.scaled_dot_product_attention(
            q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2),
            is_causal=True, enable_gqa=c.heads != c.kv_heads,
        )
        x = x + F.linear(a.transpose(1, 2).reshape(batch, time, -1), p[name + "attention.o"])
        h = F.rms_norm(x, (c.width,), p[name + "ffn.norm"], c.eps)
        gated = F.silu(F.linear(h, p[name + "ffn.gate"])) * F.linear(h, p[name + "ffn.up"])
        x = x + F.linear(gated, p[name + "ffn.down"])
    h = F.rms_norm(x, (c.width,), p["norm"], c.eps)
    logits = F.linear(h, p["head"])
    return F.cross_entropy(logits.reshape(-1, c.vocab), targets.reshape(-1), ignore_index=-100)
