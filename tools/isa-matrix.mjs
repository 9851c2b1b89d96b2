// Runs the tests with every instruction set that this CPU has and, where qemu's
// user emulation is installed, the native tests on CPUs that lack the newer ones.

import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { clearResults, finish, record } from "./lib/results.mjs";
import { capture } from "./lib/steps.mjs";
import { buildFolder } from "./native-build.mjs";
import { runNativeTests } from "./native-test.mjs";
import { vitest } from "./tasks.mjs";

const ISAS = ["portable", "avx2", "avx512"];

// The newest emulated CPU that must choose each instruction set by itself.
const EMULATED = { portable: "Nehalem", avx2: "Haswell" };

const addon = join(buildFolder, "Release", "kernels.node");

function onThisCpu() {
  const { detectedIsa } = createRequire(import.meta.url)(addon).info();
  const best = ISAS.indexOf(detectedIsa);
  for (const [index, isa] of ISAS.entries()) {
    if (index > best) {
      console.log(`skipped: ${isa}, which this CPU does not have`);
      continue;
    }
    const env = { RYANSTREAM_ISA: isa };
    runNativeTests({ step: `native-${isa}`, env });
    vitest(`vitest-${isa}`, [], { env });
  }
}

async function emulated() {
  if (spawnSync("qemu-x86_64", ["--version"], { stdio: "ignore" }).status !== 0) {
    console.log("skipped: emulated older CPUs (Debian: apt-get install qemu-user)");
    return;
  }
  for (const [isa, cpu] of Object.entries(EMULATED)) {
    const prefix = ["qemu-x86_64", "-cpu", cpu];
    const code = `console.log(require(${JSON.stringify(addon)}).info().isa)`;
    const [command = "", ...args] = [...prefix, process.execPath, "-e", code];
    const { stdout, stderr } = await capture(command, args);
    const found = stdout.trim();
    record(`${cpu}-addon`, [
      { name: `a ${cpu} runs ${isa}`, ok: found === isa, detail: `${found}\n${stderr}` },
    ]);
    runNativeTests({ step: `native-${cpu}`, prefix });
  }
}

/** @returns {Promise<boolean>} whether everything that could run here passed. */
export async function isaMatrix() {
  clearResults();
  onThisCpu();
  await emulated();
  return finish();
}
