// The model that comes with the stack, so that nothing has to be fetched.

import { CliError } from "../cli/errors.js";

/** The folder of `abacus`. */
export async function embeddedModel(): Promise<string> {
  try {
    return (await import("@ryanstream/model-abacus")).abacus;
  } catch (cause) {
    throw new CliError(
      "ERR_INPUT",
      "expected the package @ryanstream/model-abacus beside this one, found none",
      "Install it with `npm install @ryanstream/model-abacus`, or name a model.",
      { cause },
    );
  }
}
