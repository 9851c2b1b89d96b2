"""Small safetensors and GGUF files, and what the reference packages make of them. Writes
packages/format/test/golden:

    pip install numpy==2.4.6 gguf==0.19.0 safetensors==0.8.0 ml_dtypes==0.6.0
    python tools/golden/format.py

types.gguf          one tensor of each quantised type: random blocks, and blocks whose scales
                    are zero, subnormal, negative, infinite and NaN; metadata of every type
types.safetensors   the same tensors dequantised by gguf
dtypes.safetensors  one tensor of each type of safetensors
quantize.safetensors  float32 values, and their bytes in each type as gguf quantises them
expected.json       versions, metadata, hashes of the conversions of all 16-bit and 8-bit floats
"""

import hashlib
import json
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import gguf
import ml_dtypes
import numpy as np
import safetensors

warnings.simplefilter("ignore", RuntimeWarning)  # infinite and NaN scales are meant
golden = Path(__file__).resolve().parents[2] / "packages" / "format" / "test" / "golden"
golden.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(1)

Type = gguf.GGMLQuantizationType
# Where the float16 scales of a block are.
SCALES = {
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0],
    "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208],
    "IQ4_NL": [0], "IQ4_XS": [0], "MXFP4": [],
}
EDGES = np.array([0x0000, 0x8000, 0x0001, 0x83FF, 0x0400, 0x7BFF, 0xFBFF, 0x7C00, 0xFC00, 0x7E00],
                 dtype=np.uint16).view(np.uint8).reshape(-1, 2)


def blocks(name: str) -> np.ndarray:
    """Blocks of random bits with plausible scales, then one for each edge and each scale."""
    elements, size = gguf.GGML_QUANT_SIZES[Type[name]]
    places = SCALES[name]
    plain = 6
    data = random.integers(0, 256, (plain + len(EDGES) * len(places), size), dtype=np.uint8)
    if name == "MXFP4":
        data[:, 0] = [0, 1, 2, 127, 254, 255]  # exponents; the last two overflow in part
    for at in places:
        scale = (random.standard_normal(len(data)) * 0.02).astype(np.float16)
        data[:, at:at + 2] = scale.view(np.uint8).reshape(-1, 2)
    for i, at in enumerate(places):
        first = plain + i * len(EDGES)
        data[first:first + len(EDGES), at:at + 2] = EDGES
    return data


def save(path: str, tensors: dict, metadata: dict | None = None) -> None:
    """Through the library's own serializer, which knows types that numpy doesn't."""
    held = {name: np.frombuffer(data or b"\0", np.uint8) for name, (_, _, data) in tensors.items()}
    entries = {
        name: safetensors.TensorSpec(
            dtype=dtype, shape=list(shape), data_ptr=held[name].ctypes.data, data_len=len(data)
        )
        for name, (dtype, shape, data) in tensors.items()
    }
    safetensors.serialize_file(entries, str(golden / path), metadata)


def quantized_types() -> None:
    writer = gguf.GGUFWriter(str(golden / "types.gguf"), "golden")
    writer.add_name("Größe 数 😀")
    writer.add_uint8("values.uint8", 255)
    writer.add_int8("values.int8", -128)
    writer.add_uint16("values.uint16", 65535)
    writer.add_int16("values.int16", -32768)
    writer.add_uint32("values.uint32", 4294967295)
    writer.add_int32("values.int32", -2147483648)
    writer.add_float32("values.float32", 0.1)
    writer.add_uint64("values.uint64", 18446744073709551615)
    writer.add_int64("values.int64", -9223372036854775808)
    writer.add_float64("values.float64", 0.1)
    writer.add_bool("values.bool", True)
    writer.add_array("arrays.int32", [1, -2, 3])
    writer.add_array("arrays.float32", [0.5, -0.25])
    writer.add_array("arrays.bool", [True, False])
    writer.add_array("arrays.string", ["a", "", "ü😀"])
    writer.add_array("arrays.nested", [[1, 2], [3]])

    expected = {}
    for name in SCALES:
        data = blocks(name)
        elements, size = gguf.GGML_QUANT_SIZES[Type[name]]
        writer.add_tensor(name, data, raw_dtype=Type[name])
        values = gguf.dequantize(data, Type[name])
        expected[name] = ("float32", values.shape, values.astype("<f4").tobytes())
    matrix = random.standard_normal((3, 5)).astype(np.float32)
    writer.add_tensor("matrix.F32", matrix)
    writer.add_tensor("matrix.F16", matrix.astype(np.float16))
    writer.add_tensor("matrix.I8", np.arange(7, dtype=np.int8))
    expected["matrix.F32"] = ("float32", matrix.shape, matrix.tobytes())
    halves = matrix.astype(np.float16).astype(np.float32)
    expected["matrix.F16"] = ("float32", matrix.shape, halves.tobytes())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    save("types.safetensors", expected)


def safetensors_types() -> dict:
    data = lambda n: random.integers(0, 256, n, dtype=np.uint8).tobytes()
    names = {
        "F64": ("float64", 8), "F32": ("float32", 4), "F16": ("float16", 2), "BF16": ("bfloat16", 2),
        "I64": ("int64", 8), "I32": ("int32", 4), "I16": ("int16", 2), "I8": ("int8", 1),
        "U64": ("uint64", 8), "U32": ("uint32", 4), "U16": ("uint16", 2), "U8": ("uint8", 1),
        "F8_E4M3": ("float8_e4m3fn", 1), "F8_E5M2": ("float8_e5m2", 1),
        "F8_E8M0": ("float8_e8m0fnu", 1), "C64": ("complex64", 8),
        "F8_E4M3FNUZ": ("float8_e4m3fnuz", 1), "F8_E5M2FNUZ": ("float8_e5m2fnuz", 1),
    }
    tensors, hashes = {"BOOL": ("bool", (3, 2), bytes([0, 1, 1, 0, 1, 0]))}, {}
    for name, (dtype, size) in names.items():
        tensors[name] = (dtype, (3, 2), data(6 * size))
    tensors["F4"] = ("float4_e2m1fn_x2", (3, 2), data(6))  # the storage's shape: two to a byte
    tensors["scalar"] = ("float32", (), np.float32(1.5).tobytes())
    tensors["empty"] = ("float32", (0, 4), b"")
    tensors["Größe 数 😀 \"\\\n"] = ("uint8", (1,), b"\x07")
    save("dtypes.safetensors", tensors, {"format": "np", "ключ": "值"})
    for name, (_, _, raw) in tensors.items():
        hashes[name] = hashlib.sha256(raw).hexdigest()
    return {"dtypes": hashes}


def conversions() -> dict:
    sha = lambda array: hashlib.sha256(array.astype("<f4", copy=False).tobytes()).hexdigest()
    every = np.arange(65536, dtype=np.uint16)
    bytes_ = np.arange(256, dtype=np.uint8)
    result = {
        "F16": sha(every.view(np.float16).astype(np.float32)),
        "BF16": sha(gguf.dequantize(every.view(np.uint8), Type.BF16)),
    }
    for name, dtype in [("F8_E4M3", "float8_e4m3fn"), ("F8_E5M2", "float8_e5m2"),
                        ("F8_E8M0", "float8_e8m0fnu"), ("F8_E4M3FNUZ", "float8_e4m3fnuz"),
                        ("F8_E5M2FNUZ", "float8_e5m2fnuz")]:
        result[name] = sha(bytes_.view(getattr(ml_dtypes, dtype)).astype(np.float32))
    return {"conversions": result}


def quantizations() -> None:
    rows = [random.standard_normal(32) * 10.0 ** e for e in (-38, -12, -7, -6, -5, -3, -1, 0, 1, 3, 4)]
    rows += [random.uniform(-1, 1, 32) for _ in range(20)]
    rows += [np.zeros(32), -np.zeros(32), np.full(32, 0.7), np.full(32, -3.0), np.full(32, 1e-45)]
    rows += [np.linspace(-8, 7, 32), np.linspace(-16, 15, 32), np.linspace(-127, 127, 32)]
    rows += [np.arange(32) / 2 - 8, np.arange(32) * 0.5, np.concatenate([[-1.0, 1.0], np.zeros(30)])]
    rows += [random.integers(-127, 128, 32) / 2 for _ in range(6)]
    values = np.array(rows, dtype=np.float32)
    tensors = {"input": ("float32", values.shape, values.tobytes())}
    for name in ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0"]:
        data = gguf.quantize(values, Type[name])
        tensors[name] = ("uint8", data.shape, data.tobytes())

    bits = random.integers(0, 2**32, 2000, dtype=np.uint32)
    edges = [0, 1, 0x33000000, 0x33000001, 0x33800000, 0x387FE000, 0x387FF000, 0x38800000, 0x477FE000,
             0x477FEFFF, 0x477FF000, 0x7F7FFFFF, 0x7F800000, 0x7F800001, 0x7FC00001, 0x7F802000, 0x7FFFFFFF,
             0x3F801000, 0x3F803000, 0x3F808000, 0x3F818000, 0x7F7F8000]
    exponents = (np.arange(80, 160, dtype=np.uint32)[:, None] << 23) | random.integers(0, 2**23, (80, 8), dtype=np.uint32)
    all_bits = np.concatenate([bits, edges, np.array(edges, dtype=np.uint32) | 0x80000000, exponents.ravel()])
    floats = all_bits.astype(np.uint32).view(np.float32)
    tensors["halves"] = ("float32", floats.shape, floats.tobytes())
    tensors["F16"] = ("float16", floats.shape, floats.astype(np.float16).tobytes())
    tensors["BF16"] = ("bfloat16", floats.shape, gguf.quantize(floats, Type.BF16).tobytes())
    save("quantize.safetensors", tensors)


quantizations()
quantized_types()
expected = {
    "madeBy": "tools/golden/format.py",
    "versions": {
        "python": sys.version.split()[0],
        **{name: version(name) for name in ["numpy", "gguf", "safetensors", "ml_dtypes"]},
    },
    **safetensors_types(),
    **conversions(),
}
(golden / "expected.json").write_text(json.dumps(expected, indent=2, ensure_ascii=False) + "\n")
