// Writes commits to a file until it is killed; `tools/soak/format-kill.ts` runs it. What a commit holds is a function of
// its number, so that the parent knows what must be there.
//
//   PATH append|create KILL-AT-BYTE

import { withDefaults } from "../../packages/format/src/limits.js";
import { DiskFile, type OutputFile } from "../../packages/format/src/ryan/output-file.js";
import { RyanWriter } from "../../packages/format/src/ryan/writer.js";
import { tensorsOfCommit } from "./format-kill-contents.js";

const [path = "", mode, killAt = "0"] = process.argv.slice(2);

let written = 0;

/** Passes on to a file, and ends the process in the middle of the write with the byte that is the last for all files. */
class Killed implements OutputFile {
  constructor(
    private readonly file: DiskFile,
    private readonly limit: number,
  ) {}

  get path() {
    return this.file.path;
  }

  byteLength = () => this.file.byteLength();
  read: DiskFile["read"] = (...given) => this.file.read(...given);
  sync = () => this.file.sync();
  truncate = (byteLength: number) => this.file.truncate(byteLength);
  publish = () => this.file.publish();
  close = () => this.file.close();

  async write(bytes: Uint8Array, position: number): Promise<void> {
    const left = this.limit - written;
    if (bytes.length >= left) {
      await this.file.write(bytes.subarray(0, left), position);
      process.kill(process.pid, "SIGKILL");
    }
    written += bytes.length;
    await this.file.write(bytes, position);
  }
}

const limit = Number(killAt) || Number.POSITIVE_INFINITY;
const chunkBytes = 16 << 10;
if (mode === "append") {
  const file = new Killed(await DiskFile.open(path), limit);
  await commitForEver(await RyanWriter.append(file, chunkBytes, withDefaults(), undefined));
} else {
  // A new file each time, which must take the place of the whole one before it whole or not at all.
  for (let round = 1; ; round++) {
    const writer = await RyanWriter.create(
      new Killed(await DiskFile.create(path), limit),
      chunkBytes,
    );
    for (const tensor of tensorsOfCommit(round)) await writer.add(tensor);
    await writer.commit({ round });
    process.stdout.write(`${round}\n`);
    await writer.close();
  }
}

async function commitForEver(writer: RyanWriter): Promise<never> {
  for (;;) {
    const next = writer.commits + 1;
    for (const tensor of tensorsOfCommit(next)) await writer.add(tensor);
    await writer.commit({ round: next });
    process.stdout.write(`${next}\n`);
  }
}
