// Sizes and times as people read them.

/** Three digits that count. */
const short = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

function scaled(value: number, base: number, units: readonly string[]): string {
  let step = 0;
  let left = value;
  while (left >= base && step < units.length - 1) {
    left /= base;
    step++;
  }
  const text = step === 0 ? String(value) : short(left);
  return `${text} ${units[step]}`.trimEnd();
}

/** Powers of 1,000, as disks and hubs count. */
export const bytesText = (bytes: number): string =>
  scaled(bytes, 1000, ["B", "kB", "MB", "GB", "TB"]);

export const countText = (count: number): string => scaled(count, 1000, ["", "K", "M", "B", "T"]);

export const millisecondsText = (ms: number): string =>
  ms < 1000 ? `${short(ms)} ms` : `${short(ms / 1000)} s`;

/** As {@link millisecondsText}, in minutes where seconds would be hard to read. */
export const waitText = (ms: number): string =>
  ms < 120_000 ? millisecondsText(ms) : `${Math.round(ms / 60_000)} min`;

export const rateText = (perSecond: number): string => `${short(perSecond)} tokens/s`;

/** @param share  from 0 to 1 */
export const percentText = (share: number): string => `${Math.floor(100 * share)} %`;
