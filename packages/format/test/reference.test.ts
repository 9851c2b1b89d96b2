// Our files in the reference libraries, by the interpreter that RYANSTREAM_PYTHON names.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { expect, it } from "vitest";
import {
  type DType,
  dequantizable,
  dequantize,
  writeGguf,
  writeSafetensors,
} from "../src/index.js";
import { folder } from "./support/files.js";
import { sampleOf, typesOf } from "./support/tensors.js";

const python = process.env["RYANSTREAM_PYTHON"];
const why = (() => {
  if (python === undefined) return "RYANSTREAM_PYTHON names no interpreter";
  const { status } = spawnSync(python, ["-c", "import numpy, gguf, safetensors"]);
  return status === 0 ? undefined : "RYANSTREAM_PYTHON can't import numpy, gguf and safetensors";
})();
if (why !== undefined) console.log(`skipped: files in the reference libraries (${why})`);
const withPython = it.skipIf(why !== undefined);

const sha256 = (bytes: ArrayBufferView) =>
  createHash("sha256")
    .update(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    .digest("hex");

function ask(code: string, ...args: string[]): unknown {
  const { stdout, stderr, status } = spawnSync(python as string, ["-c", code, ...args], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

withPython("the safetensors package reads our safetensors, whole and in shards", async () => {
  const at = folder();
  const tensors = typesOf("safetensors").map((dtype, i) =>
    sampleOf(`t.${dtype}`, dtype, [3, 4], i),
  );
  tensors.push(
    sampleOf("scalar", "F32", []),
    sampleOf("empty", "F16", [0, 4]),
    sampleOf('ü 😀\n"', "I8", [2]),
  );
  const files = [
    ...(await writeSafetensors(join(at, "whole.safetensors"), tensors, {
      metadata: { format: "pt" },
    })),
    ...(await writeSafetensors(join(at, "cut.safetensors"), tensors, { maxShardBytes: 100 })),
  ].filter(({ path }) => path.endsWith(".safetensors"));
  const code = `
import hashlib, json, sys, safetensors
out = []
for path in sys.argv[1:]:
    found = {}
    for name, t in safetensors.deserialize(open(path, "rb").read()):
        found[name] = [t["dtype"], list(t["shape"]), hashlib.sha256(bytes(t["data"])).hexdigest()]
    out.append(found)
print(json.dumps(out))`;
  const [whole, ...shards] = ask(code, ...files.map(({ path }) => path)) as Record<
    string,
    unknown
  >[];
  const expected = Object.fromEntries(
    tensors.map(({ name, dtype, shape, data }) => [name, [dtype, shape, sha256(data)]]),
  );
  expect(whole).toEqual(expected);
  expect(shards.length).toBeGreaterThan(3);
  expect(Object.assign({}, ...shards)).toEqual(expected);
});

withPython("the gguf package reads our GGUF and dequantises it to our bits", async () => {
  const path = join(folder(), "model.gguf");
  const block = (dtype: DType) => sampleOf(dtype, dtype, [2, 256]);
  const tensors = typesOf("gguf").map(block);
  const metadata = {
    "general.architecture": "llama",
    "a.float": { type: "float32", value: 10000 },
    "a.int": -5,
    "a.large": 2n ** 63n,
    "a.bool": true,
    "a.text": "ü😀",
    "a.list": ["x", "", "ü"],
    "a.numbers": Float32Array.of(0.5, 1.5),
  } as const;
  await writeGguf(path, tensors, { metadata, alignment: 64 });
  const code = `
import hashlib, json, sys, gguf, numpy as np
reader = gguf.GGUFReader(sys.argv[1])
fields = {key: field.contents() for key, field in reader.fields.items() if not key.startswith("GGUF.")}
tensors = {}
for t in reader.tensors:
    data = np.ascontiguousarray(t.data)
    tensors[t.name] = [t.tensor_type.name, [int(n) for n in reversed(t.shape)], hashlib.sha256(data.tobytes()).hexdigest()]
values = {}
for name in sys.argv[2].split(","):
    t = next(t for t in reader.tensors if t.name == name)
    with np.errstate(all="ignore"):
        x = gguf.dequantize(t.data, t.tensor_type).astype("<f4")
    x[np.isnan(x)] = np.nan
    values[name] = hashlib.sha256(x.tobytes()).hexdigest()
print(json.dumps([fields, tensors, values]))`;
  const known = tensors.filter(
    ({ dtype }) => dequantizable.includes(dtype) && !/^(F64|I\d+)$/.test(dtype),
  );
  const [fields, read, values] = ask(code, path, known.map(({ name }) => name).join()) as [
    Record<string, unknown>,
    unknown,
    unknown,
  ];
  expect(fields).toEqual({
    "general.architecture": "llama",
    "general.alignment": 64,
    "a.float": 10000,
    "a.int": -5,
    "a.large": Number(2n ** 63n),
    "a.bool": true,
    "a.text": "ü😀",
    "a.list": ["x", "", "ü"],
    "a.numbers": [0.5, 1.5],
  });
  expect(read).toEqual(
    Object.fromEntries(
      tensors.map(({ name, dtype, shape, data }) => [name, [dtype, shape, sha256(data)]]),
    ),
  );
  const ours = known.map(({ name, dtype, data }) => {
    const x = dequantize(dtype, data).map((value) => (Number.isNaN(value) ? Number.NaN : value));
    return [name, sha256(x)];
  });
  expect(values).toEqual(Object.fromEntries(ours));
  expect(ours.length).toBe(16);
});
