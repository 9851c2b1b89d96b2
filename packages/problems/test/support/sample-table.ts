// The table of kinds that the README shows: one problem of each as the generator gives it.

import { kinds, problem } from "../../src/index.js";

export function sampleTable(): string {
  const rows = kinds.map(({ name, about, limits, beyond }, index) => {
    const { question, answer } = problem(1, "train", index, { kinds: [name], difficulty: 3 });
    const sets = beyond.length === 0 ? "none" : beyond.join(", ");
    return `| \`${name}\` | ${about} | ${limits.steps} | ${limits.digits} | ${sets} | ${question} **${answer.text}** |`;
  });
  return [
    "| kind | about | most equations | most digits | further sets | sample |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}
