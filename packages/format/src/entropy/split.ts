// Elements to planes and back. The rotation of a float by one bit crosses its bytes, so it is
// done on the planes' bytes: each takes its neighbour's bit.

import type { PlaneLayout } from "./layout.js";

/** Bytes of plane `plane` of `length` bytes. */
export const planeLength = (length: number, period: number, plane: number): number =>
  length <= plane ? 0 : Math.floor((length - plane - 1) / period) + 1;

/** Plane `plane` of `bytes`. Elements that are cut at the end are not rotated. */
export function takePlane(bytes: Uint8Array, layout: PlaneLayout, plane: number): Uint8Array {
  const { period, rotate } = layout;
  const out = new Uint8Array(planeLength(bytes.length, period, plane));
  if (!rotate) {
    for (let i = 0, at = plane; i < out.length; i++, at += period) out[i] = bytes[at] as number;
    return out;
  }
  const whole = Math.floor(bytes.length / period);
  const below = plane === 0 ? period - 1 : -1;
  for (let i = 0, at = plane; i < whole; i++, at += period) {
    out[i] = ((bytes[at] as number) << 1) | ((bytes[at + below] as number) >> 7);
  }
  if (out.length > whole) out[whole] = bytes[whole * period + plane] as number;
  return out;
}

/** The reverse of {@link takePlane} for all planes at once. */
export function joinPlanes(
  planes: readonly (Uint8Array | number)[],
  layout: PlaneLayout,
  into: Uint8Array,
): void {
  const { period, rotate } = layout;
  planes.forEach((plane, p) => {
    if (typeof plane === "number")
      for (let at = p; at < into.length; at += period) into[at] = plane;
    else for (let i = 0, at = p; at < into.length; i++, at += period) into[at] = plane[i] as number;
  });
  if (!rotate) return;
  const end = into.length - (into.length % period);
  for (let at = 0; at < end; at += period) {
    let carry = (into[at] as number) & 1;
    for (let p = period - 1; p >= 0; p--) {
      const byte = into[at + p] as number;
      into[at + p] = (byte >> 1) | (carry << 7);
      carry = byte & 1;
    }
  }
}
