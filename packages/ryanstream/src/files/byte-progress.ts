// How far a command is with a model's bytes.

import type { Terminal } from "../cli/terminal.js";
import { bytesText, percentText } from "../cli/units.js";

/** Bytes a second; 0 where nothing took time. */
export const speedOf = (bytes: number, seconds: number): number =>
  seconds > 0 ? bytes / seconds : 0;

/** For a callback that is told how many bytes are done. */
export function byteProgress(
  what: string,
  total: number,
  { progress }: Terminal,
): (done: number) => void {
  const start = performance.now();
  return (done) =>
    progress.show(() => {
      const speed = speedOf(done, (performance.now() - start) / 1000);
      const share = percentText(done / Math.max(1, total));
      return `${what} ${share} of ${bytesText(total)}, ${bytesText(Math.round(speed))}/s`;
    });
}
