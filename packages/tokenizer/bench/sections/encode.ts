// Encode and decode of long texts, beside every peer that reads the vocabulary, and
// whether each peer's ids are right.

import {
  type Context,
  compare,
  fastest,
  figure,
  kinds,
  type Rounds,
  runRounds,
  texts,
  values,
} from "../context.js";
import type { CorpusName } from "../corpora.js";
import type { Line, Row } from "../rows.js";
import type { VocabularyFiles } from "../vocabularies.js";

const TEXTS: readonly CorpusName[] = ["prose", "mathematics", "latex", "chinese", "code"];

// Vocabularies that don't cut a text before they merge: some peers need a minute a megabyte.
const WITHOUT_PIECES = ["mistral", "gemma2", "unigram"];

interface Target {
  readonly against: "script" | "native";
  readonly least: number;
}

/** What is asked of fresh text. */
function targets(vocabulary: string, text: string): readonly Target[] {
  const pieces = vocabulary === "cl100k" || vocabulary === "qwen2.5";
  if (pieces && text === "chinese") return [{ against: "native", least: 1.2 }];
  // Generated text has few pieces that a cache of words has not seen: it shows, it doesn't judge.
  if (pieces && (text === "prose" || text === "mathematics")) {
    return [
      { against: "script", least: 6 },
      { against: "native", least: 3 },
    ];
  }
  const sentences = ["mistral", "gemma2", "t5", "unigram"].includes(vocabulary);
  return sentences ? [{ against: "script", least: 1.2 }] : [];
}

export function encode(context: Context): Line[] {
  return context.vocabularies.flatMap((files) => oneVocabulary(context, files));
}

function oneVocabulary(context: Context, files: VocabularyFiles): Line[] {
  const whole = !WITHOUT_PIECES.includes(files.name);
  const list = texts(whole ? context.corpora : context.excerpts, TEXTS);
  const names = Object.keys(kinds).filter(
    (peer) => context.all || whole || peer !== "@huggingface/tokenizers",
  );
  const rounds = runRounds(context, "speed", files, list, names);
  const lines: Line[] = [];
  for (const { name: text } of list) {
    for (const pass of ["fresh", "repeat", "decode"] as const) {
      lines.push(...rowsOf(context, rounds, files.name, text, pass));
    }
  }
  lines.push(
    ...exactness(
      rounds,
      files.name,
      list.map((t) => t.name),
    ),
  );
  for (const [peer, why] of rounds.failed) lines.push({ note: `${files.name}: ${peer}: ${why}` });
  return lines;
}

type Pass = "fresh" | "repeat" | "decode";

function rowsOf(
  context: Context,
  rounds: Rounds,
  vocabulary: string,
  text: string,
  pass: Pass,
): Row[] {
  const pick = figure(text, pass);
  const label = { name: `${vocabulary} ${text} ${pass}`, unit: "MB/s" };
  // Whatever npm installs and no platform's binary: scripts, and wasm.
  const script = fastest(rounds, ["js", "wasm"], pick);
  const native = fastest(rounds, ["native"], pick);
  const wanted = new Map<string, number | undefined>();
  const add = (peer: string | undefined, target?: number) => {
    if (peer !== undefined) wanted.set(peer, target ?? wanted.get(peer));
  };
  add(script);
  add(native);
  if (pass === "fresh") {
    for (const { against, least } of targets(vocabulary, text)) {
      add(against === "script" ? script : native, least);
    }
  }
  if (pass === "decode") add(fastest(rounds, ["js"], pick) ?? script, 2);
  if (context.all) for (const peer of rounds.answers.keys()) if (peer !== "ours") add(peer);
  return [...wanted].map(([peer, target]) => compare(rounds, peer, label, { pick, target }));
}

/** Names who differs from the reference, Hugging Face's native tokenizers or SentencePiece. */
function exactness(rounds: Rounds, vocabulary: string, names: readonly string[]): Line[] {
  const order = ["tokenizers (native)", "sentencepiece (Python)", "tokenizers (Python)"];
  const reference = order.find((peer) => rounds.answers.has(peer));
  if (reference === undefined) return [{ note: `${vocabulary}: no reference for the ids` }];
  const hash = (peer: string, text: string) =>
    rounds.answers.get(peer)?.[0]?.results.find((result) => result.text === text)?.hash;
  const lines: Line[] = [];
  for (const peer of rounds.answers.keys()) {
    const wrong = names.filter((text) => hash(peer, text) !== hash(reference, text));
    if (peer === "ours") {
      const right = names.length - wrong.length;
      lines.push({
        name: `${vocabulary} texts with exact ids`,
        ours: right,
        peer: names.length,
        peerName: reference,
        unit: "texts",
        ratio: right / names.length,
        target: 1,
        met: wrong.length === 0,
      });
    }
    if (wrong.length > 0) {
      lines.push({ note: `${vocabulary}: ids of ${peer} differ from ${reference}: ${wrong}` });
    }
  }
  const load = Object.keys(kinds)
    .map((peer) => [peer, values(rounds, peer, ({ load }) => load)[0]] as const)
    .filter(([, ms]) => ms !== undefined)
    .map(([peer, ms]) => `${peer} ${ms?.toFixed(0)}`);
  lines.push({ note: `${vocabulary}: load, ms: ${load.join(", ")}` });
  return lines;
}
