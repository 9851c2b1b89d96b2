// SHA-256 of bytes: at once for small ones, else on another thread.

import { hash, webcrypto } from "node:crypto";

/** From here on a thread's work is worth the way there. */
const LARGE = 128 << 10;

export const sha256 = (bytes: Uint8Array): string => hash("sha256", bytes, "hex");

export async function sha256Of(bytes: Uint8Array): Promise<string> {
  if (bytes.length < LARGE) return sha256(bytes);
  const digest = await webcrypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return Buffer.from(digest).toString("hex");
}
