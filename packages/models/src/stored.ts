// How a file has a tensor's bytes.

import type { TensorInfo } from "@ryanstream/format";

/** Of files that encode tensors. */
type Stored = Pick<TensorInfo, "byteLength"> & {
  readonly encoding?: string;
  readonly storedBytes?: number;
};

/** Whether a tensor's bytes are in the file as they are. */
export const isMappable = ({ encoding = "raw" }: Stored): boolean => encoding === "raw";

/** Bytes that a tensor takes in its file. */
export const storedBytes = ({ byteLength, storedBytes: stored = byteLength }: Stored): number =>
  stored;
