// Texts that grow at the same time, written one after another: the first as it grows, the
// others when it is their turn.

export class OrderedTexts {
  readonly #write: (text: string) => Promise<void>;
  readonly #waiting = new Map<number, string>();
  readonly #ended = new Set<number>();
  #turn = 0;

  constructor(write: (text: string) => Promise<void>) {
    this.#write = write;
  }

  async add(index: number, text: string): Promise<void> {
    if (text === "") return;
    if (index === this.#turn) return this.#write(text);
    this.#waiting.set(index, (this.#waiting.get(index) ?? "") + text);
  }

  async end(index: number, text: string): Promise<void> {
    const last = this.add(index, text);
    this.#ended.add(index);
    await last;
    if (index !== this.#turn) return;
    let ready = "";
    do {
      ready += this.#waiting.get(++this.#turn) ?? "";
      this.#waiting.delete(this.#turn);
    } while (this.#ended.has(this.#turn));
    if (ready !== "") await this.#write(ready);
  }
}
