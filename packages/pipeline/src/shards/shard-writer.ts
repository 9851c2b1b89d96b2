// One shard file while it is written: tokens go to the disk as they come, the tables of
// documents and loss runs when it is closed.

import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { ShardEntry, TokenBytes } from "./shard-index.js";
import { MAGIC, shardLayout, shardName } from "./shard-layout.js";
import type { TokenDocument } from "./token-document.js";

const FLUSH_BYTES = 2 ** 20;

export class ShardWriter {
  readonly #hash = createHash("sha256");
  readonly #documentEnds: number[] = [];
  readonly #runEnds: number[] = [];
  readonly #runs: number[] = [];
  readonly #pending: Buffer[] = [];
  #pendingBytes = 0;
  #bytes = 0;
  tokens = 0;

  private constructor(
    private readonly handle: FileHandle,
    private readonly file: string,
    private readonly tokenBytes: TokenBytes,
  ) {}

  static async create(folder: string, shard: number, tokenBytes: TokenBytes): Promise<ShardWriter> {
    const file = shardName(shard);
    const writer = new ShardWriter(await open(join(folder, file), "wx"), file, tokenBytes);
    writer.#push(MAGIC);
    return writer;
  }

  /** Adds a document that was checked. */
  async add({ tokens, loss }: TokenDocument): Promise<void> {
    this.#push(littleEndian(tokens, this.tokenBytes));
    this.tokens += tokens.length;
    this.#documentEnds.push(this.tokens);
    if (loss?.length === 0) this.#runs.push(0, 0);
    else if (loss !== undefined) for (const [start, end] of loss) this.#runs.push(start, end);
    this.#runEnds.push(this.#runs.length / 2);
    if (this.#pendingBytes >= FLUSH_BYTES) await this.#flush();
  }

  /** Writes the tables, and returns when the disk has all of it. */
  async close(): Promise<ShardEntry> {
    const counts = {
      tokens: this.tokens,
      documents: this.#documentEnds.length,
      runs: this.#runs.length / 2,
    };
    const layout = shardLayout(counts, this.tokenBytes);
    this.#push(Buffer.alloc(layout.documentEnds - this.#bytes));
    this.#push(littleEndian(this.#documentEnds, 4));
    if (counts.runs > 0) this.#push(littleEndian(this.#runEnds, 4));
    this.#push(littleEndian(this.#runs, 4));
    await this.#flush();
    await this.handle.sync();
    await this.handle.close();
    return { file: this.file, ...counts, bytes: layout.bytes, sha256: this.#hash.digest("hex") };
  }

  /** Closes the file as it is. */
  async abandon(): Promise<void> {
    await this.handle.close().catch(() => undefined);
  }

  #push(bytes: Buffer): void {
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    this.#bytes += bytes.length;
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.concat(this.#pending.splice(0));
    this.#pendingBytes = 0;
    this.#hash.update(bytes);
    for (let done = 0; done < bytes.length; ) {
      done += (await this.handle.write(bytes, done)).bytesWritten;
    }
  }
}

function littleEndian(values: ArrayLike<number>, bytes: TokenBytes): Buffer {
  const out = Buffer.allocUnsafe(values.length * bytes);
  const view = new DataView(out.buffer, out.byteOffset, out.length);
  if (bytes === 2)
    for (let i = 0; i < values.length; i++) view.setUint16(i * 2, values[i] as number, true);
  else for (let i = 0; i < values.length; i++) view.setUint32(i * 4, values[i] as number, true);
  return out;
}
