import type { LossRun, TokenDocument, TokenSource } from "../../src/index.js";

/** Documents in memory as batches read them; reads take turns as `delay` says. */
export class MemorySource implements TokenSource {
  readonly fingerprint: string;
  reads = 0;
  constructor(
    readonly documents: readonly TokenDocument[],
    private readonly delay: () => Promise<unknown> = () => Promise.resolve(),
  ) {
    this.fingerprint = documents.map(({ tokens }) => tokens.length).join();
  }
  lengths(): Uint32Array {
    return Uint32Array.from(this.documents, ({ tokens }) => tokens.length);
  }
  async read(document: number, start: number, end: number): Promise<Int32Array> {
    this.reads++;
    await this.delay();
    return Int32Array.from(this.documents[document]?.tokens.slice(start, end) ?? []);
  }
  loss(document: number): readonly LossRun[] {
    const { tokens, loss } = this.documents[document] as TokenDocument;
    return loss ?? [[0, tokens.length]];
  }
}
