// The page's end of the line to the worker.

import type { CallName, Calls, Fault, Request, Response } from "./messages.js";

/** What went wrong in the worker, with its code. */
export class CallError extends Error {
  readonly code: string;
  constructor({ code, message }: Fault) {
    super(message);
    this.code = code;
  }
}

interface Waiting {
  resolve(answer: unknown): void;
  reject(reason: CallError): void;
}

export class Connection {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;
  /** Why the worker is no more. */
  #end: CallError | undefined;

  /** The script is a part of the page, which may have been opened from a disk. */
  constructor(script: string) {
    const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    this.#worker = new Worker(url);
    this.#worker.addEventListener("message", ({ data }: MessageEvent<Response>) => {
      const waiting = this.#waiting.get(data.number);
      this.#waiting.delete(data.number);
      if (data.fault) waiting?.reject(new CallError(data.fault));
      else waiting?.resolve(data.answer);
    });
    this.#worker.addEventListener("error", ({ message }) => {
      const end = new CallError({ code: "Error", message: message || "the worker ended" });
      this.#end = end;
      for (const { reject } of this.#waiting.values()) reject(end);
      this.#waiting.clear();
    });
  }

  call<Name extends CallName>(name: Name, ask: Calls[Name]["ask"]): Promise<Calls[Name]["answer"]> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    const number = this.#count++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve: resolve as (answer: unknown) => void, reject });
      this.#worker.postMessage({ number, name, ask } satisfies Request);
    });
  }
}
