// Prints a hash of all that a small model becomes: run with different numbers of threads, it must be the same.

import { createHash } from "node:crypto";
import { RyanQuantizer } from "../../src/index.js";
import { sequences, TinyModel } from "./tiny-model.js";

const hash = createHash("sha256");
const quantizer = new RyanQuantizer({
  profiles: ["file", "resident"],
  targetBits: 5,
  ffnBits: 4,
  outlierColumns: 0.02,
});
const report = await quantizer.quantize(
  new TinyModel({ layers: 1, width: 64, hidden: 160, vocabulary: 128 }),
  {
    calibration: sequences(6, 40, 128, 1),
    sensitivity: sequences(2, 16, 128, 2),
    onTensor: (tensor) => {
      if ("grid" in tensor) {
        const { codes, steps } = tensor.grid;
        hash.update(new Uint8Array(codes.buffer)).update(steps.index).update(String(steps.base));
        hash.update(String(tensor.grid.rowScales));
      } else hash.update(tensor.data);
    },
  },
);
hash.update(JSON.stringify(report.tensors));
console.log(hash.digest("hex"));
