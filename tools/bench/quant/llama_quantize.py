"""Quantises a GGUF file by llama.cpp's own library.

    python llama_quantize.py LIBRARY IN.gguf OUT.gguf FTYPE [IMATRIX.json]

LIBRARY is libllama.so of llama.cpp v0.5.0 (node-llama-cpp 3.22.1 has one in
@node-llama-cpp/linux-x64/bins/linux-x64). IMATRIX.json maps a tensor's name to the mean squares
of the inputs of its columns, as llama-imatrix collects them.
"""

import ctypes
import json
import sys

FTYPES = {"Q4_0": 2, "Q4_1": 3, "Q8_0": 7, "Q3_K_M": 12, "Q4_K_S": 14, "Q4_K_M": 15, "Q5_K_M": 17, "IQ4_NL": 25, "IQ4_XS": 30}


class Imatrix(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("data", ctypes.POINTER(ctypes.c_float)), ("size", ctypes.c_size_t)]


class Params(ctypes.Structure):
    _fields_ = [
        ("nthread", ctypes.c_int32),
        ("ftype", ctypes.c_int),
        ("output_tensor_type", ctypes.c_int),
        ("token_embedding_type", ctypes.c_int),
        ("allow_requantize", ctypes.c_bool),
        ("quantize_output_tensor", ctypes.c_bool),
        ("only_copy", ctypes.c_bool),
        ("pure", ctypes.c_bool),
        ("keep_split", ctypes.c_bool),
        ("dry_run", ctypes.c_bool),
        ("imatrix", ctypes.POINTER(Imatrix)),
        ("kv_overrides", ctypes.c_void_p),
        ("tt_overrides", ctypes.c_void_p),
        ("prune_layers", ctypes.c_void_p),
    ]


def main() -> None:
    library, source, target, ftype, *rest = sys.argv[1:]
    llama = ctypes.CDLL(library)
    llama.llama_model_quantize_default_params.restype = Params
    llama.llama_model_quantize.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.POINTER(Params)]
    llama.llama_model_quantize.restype = ctypes.c_uint32
    params = llama.llama_model_quantize_default_params()
    params.nthread = 1
    params.ftype = FTYPES[ftype]
    if rest:
        with open(rest[0]) as file:
            entries = json.load(file)
        table = (Imatrix * (len(entries) + 1))()
        held = []
        for i, (name, values) in enumerate(entries.items()):
            data = (ctypes.c_float * len(values))(*values)
            held.append(data)
            table[i] = Imatrix(name.encode(), ctypes.cast(data, ctypes.POINTER(ctypes.c_float)), len(values))
        params.imatrix = table
    llama.llama_backend_init()
    failed = llama.llama_model_quantize(source.encode(), target.encode(), ctypes.byref(params))
    if failed:
        sys.exit(f"llama_model_quantize failed: {failed}")


main()
