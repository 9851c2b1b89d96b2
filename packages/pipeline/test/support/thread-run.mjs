// A process that runs the built package: prints the batches of a set as one hash, or the
// code of an error. `leave` asks for one batch and leaves the run as it is.

import { createHash } from "node:crypto";

const [entry, folder, how] = process.argv.slice(2);
const { batches, openShards } = await import(entry);
const shards = await openShards(folder);
const run = batches(shards, { seed: 1, batch: 2, length: 16, epochs: 2, thread: "own" });
if (how === "leave") {
  const { value } = await run.next();
  console.log(value.step);
} else {
  const hash = createHash("sha256");
  try {
    for await (const batch of run) {
      for (const name of ["tokens", "targets", "document", "positions"]) hash.update(batch[name]);
    }
    console.log(hash.digest("hex"));
  } catch (error) {
    console.log(error.code);
  }
  await shards.dispose();
}
