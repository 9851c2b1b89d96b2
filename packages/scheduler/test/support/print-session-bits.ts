// Prints what this process runs on, and for every form of weights a hash of the logits
// that all ways to get tokens into a session agree on.

import { inUse } from "../../../models/test/support/instruction-sets.js";
import { forms, loadForm } from "./held-forms.js";
import { hashOfAllWays } from "./session-ways.js";

const hashes: Record<string, string> = {};
for (const form of forms) {
  using model = await loadForm(process.argv[2] as string, form);
  hashes[form.name] = await hashOfAllWays(model, form.kvType);
}
console.log(JSON.stringify({ ...inUse(), hashes }));
