// The decoders of tokenizer.json for tokens that arrive one after another: each gives
// what no later token changes, and together they give what decoding all at once does.

import { buildDecoder, byteLevelBytes, type Chain, isByteToken } from "../components/decoders.js";
import type { Component } from "../definition.js";

/** A decoder at work on one stream of tokens. */
export interface ChainStream {
  push(tokens: readonly string[]): string[];
  end(): string[];
}

/** What joins tokens where there is no decoder. */
export const joinWithSpaces: Chain = (tokens) =>
  tokens.map((token, i) => (i === 0 ? token : ` ${token}`));

/** What makes streams of `decoder`. */
export function chainStreams(decoder: Component | undefined): () => ChainStream {
  if (decoder === undefined) return () => new FollowingStream(joinWithSpaces);
  const makers: (() => ChainStream)[] = [];
  // Whether all tokens are one by then, which arrives in parts.
  let fused = false;
  for (const component of flatten(decoder)) {
    if (component.type !== "Fuse") makers.push(streamsOf(component, fused));
    fused ||= component.type === "Fuse" || component.type === "ByteLevel";
  }
  return () => new Steps(makers.map((make) => make()));
}

function flatten(component: Component): Component[] {
  if (component.type !== "Sequence") return [component];
  return (component["decoders"] as Component[]).flatMap(flatten);
}

function streamsOf(component: Component, fused: boolean): () => ChainStream {
  const { decodeChain } = buildDecoder(component);
  if (fused) return () => new WholeStream(decodeChain);
  switch (component.type) {
    case "ByteLevel":
      return () => new ByteLevelStream();
    case "ByteFallback":
      return () => new ByteFallbackStream(decodeChain);
    case "BPEDecoder":
      return () => new LastDiffersStream(decodeChain);
    default:
      return () => new FollowingStream(decodeChain);
  }
}

class Steps implements ChainStream {
  readonly #steps: readonly ChainStream[];

  constructor(steps: readonly ChainStream[]) {
    this.#steps = steps;
  }

  push(tokens: readonly string[]): string[] {
    return this.#steps.reduce((parts, step) => step.push(parts), [...tokens]);
  }

  end(): string[] {
    return this.#steps.reduce<string[]>((parts, step) => [...step.push(parts), ...step.end()], []);
  }
}

/** Where a token's text depends on the one before it at most, and on whether there is one. */
class FollowingStream implements ChainStream {
  #before: string[] = [];
  readonly #chain: Chain;

  constructor(chain: Chain) {
    this.#chain = chain;
  }

  push(tokens: readonly string[]): string[] {
    const given = this.#chain(this.#before).length;
    const parts = this.#chain([...this.#before, ...tokens]).slice(given);
    if (tokens.length > 0) this.#before = tokens.slice(-1);
    return parts;
  }

  end(): string[] {
    return [];
  }
}

/** Where the last token gives another text than it would before others. */
class LastDiffersStream implements ChainStream {
  #last: string[] = [];
  readonly #chain: Chain;

  constructor(chain: Chain) {
    this.#chain = chain;
  }

  push(tokens: readonly string[]): string[] {
    const all = [...this.#last, ...tokens];
    this.#last = all.slice(-1);
    return this.#chain(all).slice(0, -1);
  }

  end(): string[] {
    return this.#chain(this.#last);
  }
}

/** Tokens of bytes wait for the others of their group. */
class ByteFallbackStream implements ChainStream {
  #group: string[] = [];
  readonly #chain: Chain;

  constructor(chain: Chain) {
    this.#chain = chain;
  }

  push(tokens: readonly string[]): string[] {
    let whole = tokens.length;
    while (whole > 0 && isByteToken(tokens[whole - 1] as string)) whole--;
    if (whole === 0) {
      this.#group.push(...tokens);
      return [];
    }
    const parts = this.#chain([...this.#group, ...tokens.slice(0, whole)]);
    this.#group = tokens.slice(whole);
    return parts;
  }

  end(): string[] {
    return this.#chain(this.#group);
  }
}

class ByteLevelStream implements ChainStream {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  push(tokens: readonly string[]): string[] {
    return [this.#decoder.decode(byteLevelBytes(tokens), { stream: true })];
  }

  end(): string[] {
    return [this.#decoder.decode()];
  }
}

/** Where what comes later can change everything. */
class WholeStream implements ChainStream {
  #text = "";
  readonly #chain: Chain;

  constructor(chain: Chain) {
    this.#chain = chain;
  }

  push(parts: readonly string[]): string[] {
    for (const part of parts) this.#text += part;
    return [];
  }

  end(): string[] {
    return this.#chain([this.#text]);
  }
}
