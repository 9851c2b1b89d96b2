// What tokenizer-runtimes.mjs runs in each runtime: a tokenizer from bytes and from a
// path, and a little of everything that it can do. Prints one line of JSON, the same
// everywhere. usage: RUNTIME tokenizer-smoke.mjs DIST_URL TOKENIZER_JSON, or as a worker
// with these two as its message.

const TEXT =
  "Janet’s ducks lay 16 eggs: \\frac{1}{2} of 1,234.5 is 617.25. 中文，字。😀👍🏽 e\u0301 <|endoftext|>\n";

async function smoke(dist, path) {
  const { MathTokenizer, Tokenizer, TokenizerError } = await import(`${dist}/index.js`);
  const { ChatTemplate } = await import(`${dist}/chat.js`);
  const { trainBpe } = await import(`${dist}/training.js`);
  const { readFile } = await import("node:fs/promises");
  const bytes = new Uint8Array(await readFile(path));
  const tokenizer = await Tokenizer.load(bytes);
  const fromPath = await Tokenizer.load(path);
  const compiled = tokenizer.compile();
  const fromCompiled = await Tokenizer.load(compiled);
  const math = await MathTokenizer.load(compiled);

  const ids = [...tokenizer.encodeIds(TEXT)];
  const encoding = tokenizer.encode(TEXT);
  const encoder = tokenizer.encodeStream();
  const streamed = [...TEXT].flatMap((character) => [...encoder.push(character)]);
  streamed.push(...encoder.end());
  const decoder = tokenizer.decodeStream();
  const pushed = ids.map((id) => decoder.push(id)).join("") + decoder.end();
  const chat = new ChatTemplate(
    "{% for m in messages %}<{{ m.role }}>{{ m.content | trim }}\n{% endfor %}",
  );
  const trained = await trainBpe([TEXT.repeat(3)], { vocabularySize: 300 });
  const refused = await Tokenizer.load(compiled.subarray(0, 1000)).catch((error) => error);
  return {
    ids,
    fromPath: [...fromPath.encodeIds(TEXT)],
    fromCompiled: [...fromCompiled.encodeIds(TEXT)],
    streamed,
    spans: [...encoding.starts, ...encoding.ends],
    tokens: encoding.tokens,
    text: tokenizer.decode(ids),
    pushed,
    count: tokenizer.count(TEXT),
    truncated: tokenizer.truncate(TEXT, 20),
    // Long enough for the tables that only longer texts need.
    long: tokenizer.encodeIds(TEXT.repeat(500)).reduce((h, id) => (h * 31 + id) | 0, 0),
    numbers: math.encode(TEXT).numbers.map(({ text, start, end }) => [text, start, end]),
    chat: chat.render([{ role: "user", content: " What is 2 + 2? " }]),
    trained: [...new Tokenizer(trained).encodeIds(TEXT)],
    compiledBytes: compiled.length,
    refused: refused instanceof TokenizerError && refused.code,
  };
}

const answer = async (dist, path) => JSON.stringify(await smoke(dist, path));

const [, , dist, path] = globalThis.process?.argv ?? [];
if (dist !== undefined && path !== undefined) console.log(await answer(dist, path));
else {
  // A worker of the web's kind has its message handler on the global object.
  const { parentPort } = await import("node:worker_threads");
  const port = typeof globalThis.postMessage === "function" ? globalThis : parentPort;
  const receive = async ({ data }) => port.postMessage(await answer(...data));
  if (port === parentPort) port.once("message", (data) => receive({ data }));
  else port.onmessage = receive;
}
