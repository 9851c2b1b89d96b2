// How far the reading of a prompt is, for people who wait for it.

import type { AppendProgress } from "@ryanstream/scheduler";
import type { Progress } from "../cli/progress.js";
import { percentText, rateText, waitText } from "../cli/units.js";

/** One line: tokens read, of how many, how fast, and how long it will take if it goes on like that. */
export function readingText({ done, total }: AppendProgress, elapsedMs: number): string {
  const share = `${done} of ${total} tokens, ${percentText(done / total)}`;
  if (elapsedMs <= 0) return `reading ${share}`;
  const left = (elapsedMs * (total - done)) / done;
  return `reading ${share}, ${rateText((done * 1000) / elapsedMs)}, ${waitText(left)} left`;
}

/** For the option `onProgress` of an append that begins now. */
export function readingProgress(progress: Progress): (reading: AppendProgress) => void {
  const start = performance.now();
  return (reading) => progress.show(() => readingText(reading, performance.now() - start));
}
