import type { TensorSource } from "@ryanstream/format";
import { CliError } from "../cli/errors.js";
import { visible } from "../cli/visible.js";

/** Read of each at a time. */
const PIECE = 4 << 20;

/**
 * Reads two models whole and compares them: the same names, types, shapes and bytes.
 *
 * @param onBytes told how many bytes have been compared
 * @throws CliError `ERR_DAMAGED` at the first difference; whatever reading throws
 */
export async function compareTensors(
  source: TensorSource,
  copy: TensorSource,
  onBytes: (done: number) => void,
  signal: AbortSignal,
): Promise<void> {
  let done = 0;
  for (const { name, dtype, shape } of source.tensors.values()) {
    const found = copy.tensors.get(name);
    const different = (what: string): never => {
      const message = `${visible(name)}: expected the same ${what} as in ${visible(source.files[0]?.path ?? "")}`;
      throw new CliError("ERR_DAMAGED", `${message}, found another`);
    };
    if (found?.dtype !== dtype || found.shape.join() !== shape.join()) different("type and shape");
    const options = { chunkBytes: PIECE, signal };
    const pieces = copy.stream(name, options);
    for await (const expected of source.stream(name, options)) {
      const { value } = await pieces.next();
      if (value === undefined || Buffer.compare(expected, value) !== 0) different("bytes");
      done += expected.length;
      onBytes(done);
    }
    if (!(await pieces.next()).done) different("bytes");
  }
}
