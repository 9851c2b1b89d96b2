import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openTensors, writeGguf } from "../src/index.js";
import { folder } from "./support/files.js";
import { sampleOf } from "./support/tensors.js";

/** Writes half of a tensor, says so and then waits for ever. */
const program = `
import { writeGguf } from "@ryanstream/format";
const data = async function* () {
  yield new Uint8Array(4 << 20);
  console.log("half");
  await new Promise(() => setInterval(() => undefined, 1000));
};
await writeGguf(process.argv[1], [{ name: "new", dtype: "I8", shape: [8 << 20], data }]);
`;

it("a killed process leaves the file that was there", async () => {
  const at = folder();
  const path = join(at, "model.gguf");
  await writeGguf(path, [sampleOf("old", "F32", [4])]);
  const flags = ["--conditions=@ryanstream/source", "--import", "tsx", "--input-type=module"];
  const child = spawn(process.execPath, [...flags, "--eval", program, path], {
    cwd: new URL("..", import.meta.url),
    stdio: ["ignore", "pipe", "inherit"],
  });
  await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
  expect(readdirSync(at).length).toBe(2);
  child.kill("SIGKILL");
  await once(child, "exit");
  await using source = await openTensors(at);
  expect([...source.tensors.keys()]).toEqual(["old"]);
});
