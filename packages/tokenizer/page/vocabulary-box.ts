// Where a vocabulary is chosen, and what is said of it.

import type { CallError, Connection } from "./connection.js";
import { count, duration, find, plural, showFault } from "./dom.js";
import type { VocabularyFacts } from "./messages.js";

const DEMO = "Demo vocabulary";

export class VocabularyBox {
  readonly #connection: Connection;
  readonly #file = find<HTMLInputElement>("file");
  readonly #tiktoken = find<HTMLSelectElement>("tiktoken");
  readonly #fault = find("vocabulary-fault");
  readonly #busy = find("vocabulary-busy");
  #last: File | undefined;
  #name = DEMO;
  /** Called when another vocabulary is in use. */
  onChange: () => void = () => {};

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#file.addEventListener("change", () => this.#open(this.#file.files?.[0]));
    this.#tiktoken.addEventListener("change", () => this.#open(this.#last));
    find("demo").addEventListener("click", () => this.demo());
    find("compile").addEventListener("click", () => this.#save());
    this.#acceptDrops();
  }

  async demo(): Promise<void> {
    this.#last = undefined;
    this.#file.value = "";
    const facts = this.#connection.call("demo", {});
    await this.#wait(DEMO, "Training on the sample lessons…", "trained", facts);
  }

  async #open(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    this.#last = file;
    // So that the same file can be chosen again once it was mended.
    this.#file.value = "";
    const facts = this.#connection.call("load", { file, tiktoken: this.#tiktoken.value });
    await this.#wait(file.name, `Reading ${file.name}…`, "loaded", facts);
  }

  async #wait(
    name: string,
    doing: string,
    done: string,
    facts: Promise<VocabularyFacts>,
  ): Promise<void> {
    showFault(this.#fault);
    this.#busy.textContent = doing;
    try {
      this.#show(name, done, await facts);
      this.onChange();
    } catch (error) {
      showFault(this.#fault, error as CallError);
    }
    this.#busy.textContent = "";
  }

  #show(name: string, done: string, facts: VocabularyFacts): void {
    this.#name = name;
    find("vocabulary-name").textContent = name;
    find("vocabulary-facts").textContent =
      `${facts.model}, ${count(facts.size)} tokens, ${plural(facts.specialTokens, "special token")}; ` +
      `${done} in ${duration(facts.time)}`;
  }

  async #save(): Promise<void> {
    try {
      const bytes = await this.#connection.call("compile", {});
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([bytes]));
      link.download = `${this.#name.replace(/\.\w+$/, "").replaceAll(" ", "-")}.compiled`;
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (error) {
      showFault(this.#fault, error as CallError);
    }
  }

  /** The whole page takes files. */
  #acceptDrops(): void {
    const { classList } = document.documentElement;
    addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      classList.add("dropping");
    });
    addEventListener("dragleave", ({ relatedTarget }) => {
      if (relatedTarget === null) classList.remove("dropping");
    });
    addEventListener("drop", (event) => {
      classList.remove("dropping");
      const file = event.dataTransfer?.files[0];
      if (file === undefined) return;
      event.preventDefault();
      this.#open(file);
    });
  }
}
