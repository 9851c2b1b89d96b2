"""The reference packages' side of the benchmark: one measurement a process, printed as JSON."""

import json
import sys
import time

import gguf
import numpy as np

what, *args = sys.argv[1:]


def timed(work, seconds: float = 1.0) -> float:
    """Seconds of one call: the median of as many as fit."""
    work()
    times, began = [], time.perf_counter()
    while time.perf_counter() - began < seconds or len(times) < 3:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2]


if what == "open":
    print(json.dumps(timed(lambda: gguf.GGUFReader(args[0]))))
elif what == "strings":
    print(json.dumps(timed(lambda: gguf.GGUFReader(args[0]).fields["tokenizer.ggml.tokens"].contents())))
else:
    kind = gguf.GGMLQuantizationType[args[0]]
    elements = int(args[1])
    block, size = gguf.GGML_QUANT_SIZES[kind]
    random = np.random.default_rng(1)
    if what == "dequantize":
        data = random.integers(0, 60, (elements // 4096, 4096 // block * size), dtype=np.uint8)
        print(json.dumps(timed(lambda: gguf.dequantize(data, kind))))
    else:
        values = random.standard_normal((elements // 4096, 4096)).astype(np.float32)
        print(json.dumps(timed(lambda: gguf.quantize(values, kind))))
