// A process that a test kills while it writes: shards without end, or a set that is
// finished after so many documents.

import { writeShards } from "../../src/index.js";

const [folder = "", documents = "Infinity"] = process.argv.slice(2);

function* source() {
  for (let i = 0; i < Number(documents); i++) yield { tokens: new Int32Array(1000).fill(i % 100) };
}

const writing = writeShards(folder, source(), {
  vocabularySize: 100,
  tokenizer: "t",
  tokensPerShard: 100_000,
  onProgress: ({ shards }) => process.stdout.write(`${shards}\n`),
});
await writing;
