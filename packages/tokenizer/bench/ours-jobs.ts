// The measurements of what peers don't have: counting without arrays, streams, numbers,
// the compiled form; and chat templates, beside the one interpreter that there is.

import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { Template } from "@huggingface/jinja";
import { cpu } from "./cpu.js";
import type { Answer, Job, Mode, Result } from "./jobs.js";
import { loadChat, loadMath, loadOurs } from "./ours.js";
import { median } from "./rows.js";

export const oursOnly: Partial<Record<Mode, (job: Job) => Promise<Answer>>> = {
  compiled,
  counting,
  stream,
  numbers,
  chat,
};

const read = (path: string) => readFileSync(path, "utf8");

function time(run: () => unknown): number {
  const start = cpu();
  run();
  return cpu() - start;
}

const medianTime = (count: number, run: () => unknown) =>
  median(Array.from({ length: count }, () => time(run)));

/** Two that are compared, by turns, after one turn that is not counted. */
function byTurns(count: number, a: () => unknown, b: () => unknown): [number, number] {
  const times: [number[], number[]] = [[], []];
  for (let i = 0; i <= count; i++) {
    const [first, second] = [time(a), time(b)];
    if (i === 0) continue;
    times[0].push(first);
    times[1].push(second);
  }
  return [median(times[0]), median(times[1])];
}

/** The first text is the compiled form, written by an earlier process where `peer` is "write". */
async function compiled({ peer, files, texts: [file] }: Job): Promise<Answer> {
  const path = file?.path ?? "";
  if (peer === "write") {
    const { writeFile } = await import("node:fs/promises");
    const bytes = (await loadOurs(files.ours)).compile();
    await writeFile(path, bytes);
    return { load: 0, results: [{ text: "compiled", bytes: bytes.length }] };
  }
  const start = cpu();
  (await loadOurs(new Uint8Array(await readFile(path)))).encodeIds("hello");
  return { load: cpu() - start, results: [] };
}

/** Growth of the heap a call once compilers are done; it needs --expose-gc. */
function growth(run: () => unknown): number {
  const collect = (globalThis as { gc?: () => void }).gc ?? (() => {});
  for (let i = 0, start = cpu(); i < 3000 && cpu() - start < 500; i++) run();
  // So few calls that no collection falls between, unless each takes hundreds of kilobytes.
  const calls = 50;
  const samples = Array.from({ length: 5 }, () => {
    collect();
    const before = process.memoryUsage();
    for (let i = 0; i < calls; i++) run();
    const after = process.memoryUsage();
    return (after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / calls;
  });
  return median(samples);
}

async function counting({ files, warm, texts }: Job): Promise<Answer> {
  const tokenizer = await loadOurs(files.ours);
  for (let i = 0; i < 2; i++) tokenizer.encodeIds(read(warm));
  const results: Result[] = [];
  for (const { name, path } of texts) {
    const text = read(path);
    const size = Buffer.byteLength(text) / 1000;
    const some = Math.floor(tokenizer.count(text) / 2);
    const variants: Record<string, [() => unknown, number]> = {
      count: [() => tokenizer.count(text), size],
      countUpTo: [() => tokenizer.countUpTo(text, some), size / 2],
      truncate: [() => tokenizer.truncate(text, some), size / 2],
    };
    const paragraph = text.slice(0, 2000);
    const small: Record<string, () => unknown> = {
      count: () => tokenizer.count(paragraph),
      countUpTo: () => tokenizer.countUpTo(paragraph, 100),
      truncate: () => tokenizer.truncate(paragraph, 100),
    };
    for (const [variant, [run, handled]] of Object.entries(variants)) {
      const [ours, encode] = byTurns(5, run, () => tokenizer.encodeIds(text));
      results.push({
        text: `${variant}, ${name}`,
        repeat: handled / ours,
        encode: size / encode,
        bytes: growth(small[variant] as () => unknown),
      });
    }
  }
  return { load: 0, results };
}

async function stream({ files, texts }: Job): Promise<Answer> {
  const tokenizer = await loadOurs(files.ours);
  const results = texts.map(({ name, path }): Result => {
    const text = read(path);
    const ids = Int32Array.from(tokenizer.encodeIds(text));
    let length = 0;
    const once = () => {
      const decoder = tokenizer.decodeStream();
      length = 0;
      for (let i = 0; i < ids.length; i++) length += decoder.push(ids[i] as number).length;
      length += decoder.end().length;
    };
    const ms = medianTime(5, once);
    if (length !== text.length) throw new Error(`${name}: ${length} of ${text.length} units`);
    return { text: name, tokensPerSecond: (ids.length / ms) * 1000 };
  });
  return { load: 0, results };
}

/** All against encoding alone, `off`: by turns, first on a text that is new to both. */
async function numbers({ files, warm, texts }: Job): Promise<Answer> {
  const [plain, math] = [await loadOurs(files.ours), await loadMath(files.ours)];
  const values = (text: string) => {
    for (const number of math.encode(text).numbers) void number.value;
  };
  const warmText = read(warm);
  for (let i = 0; i < 2; i++) {
    plain.encode(warmText);
    values(warmText);
  }
  const results: Result[] = [];
  for (const { name, path } of texts) {
    const text = read(path);
    const off = () => plain.encode(text);
    const on = () => math.encode(text).numberSpans;
    const fresh = [time(off), time(on)] as const;
    const against = (run: () => unknown, count: number) => {
      const [some, none] = byTurns(count, run, off);
      return some / none;
    };
    results.push({
      text: name,
      numbers: on().count,
      fresh: fresh[1] / fresh[0],
      on: against(on, 11),
      off: against(() => math.encode(text), 11),
      objects: against(() => math.encode(text).numbers, 7),
      values: against(() => values(text), 5),
    });
  }
  return { load: 0, results };
}

const messages = [
  { role: "system", content: "You are a careful teacher of mathematics." },
  { role: "user", content: "What is 12,345 times 6.5?" },
  {
    role: "assistant",
    content: "It is 80,242.5: 12,345 times 6 is 74,070, and half of it 6,172.5.",
  },
  { role: "user", content: "And \\frac{3}{8} of that?" },
];

async function chat({ peer, files }: Job): Promise<Answer> {
  const config = files.config ?? "";
  const start = cpu();
  let render: (input: object) => string;
  if (peer === "ours") render = await loadChat(config);
  else {
    const template = new Template(
      (JSON.parse(read(config)) as Record<string, string>)["chat_template"] ?? "",
    );
    render = (input) => template.render(input as Record<string, unknown>);
  }
  const load = cpu() - start;
  const input = { messages, add_generation_prompt: true, bos_token: "<s>", eos_token: "</s>" };
  const text = render(input);
  const calls = 500;
  const ms = medianTime(5, () => {
    for (let i = 0; i < calls; i++) render(input);
  });
  return { load, results: [{ text: "chat", ms: ms / calls, length: text.length }] };
}
