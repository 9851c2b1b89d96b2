// Where the digits of UTF-8 bytes are, 32 bytes at a time: one bit for each byte.

/** Bytes that are marked at a time. */
export const PART = 1 << 13;

/**
 * The blocks of 32 bytes that have a digit, or a character beyond ASCII.
 *
 * In a function of its own, since V8 compiles its constants in; those of a module become variables in a
 * bundle. They are written over by the next call.
 */
export const digitMarks = /* @__PURE__ */ (() => {
  /** Where each block begins, a multiple of 32. */
  const blocks = new Int32Array(PART / 32 + 1);
  /** For each block two words: its ASCII digits, and where characters beyond ASCII begin. */
  const bits = new Int32Array(PART / 16 + 2);

  /**
   * Marks from `from`, a multiple of 32, to before `end`, at most {@link PART} bytes, and returns how many
   * blocks there are. Up to the next multiple of 32 `view` must be readable.
   */
  function mark(view: DataView, from: number, end: number): number {
    let count = 0;
    for (let p = from; p < end; p += 32) {
      const a = view.getInt32(p, true);
      const b = view.getInt32(p + 4, true);
      const c = view.getInt32(p + 8, true);
      const d = view.getInt32(p + 12, true);
      const e = view.getInt32(p + 16, true);
      const f = view.getInt32(p + 20, true);
      const g = view.getInt32(p + 24, true);
      const h = view.getInt32(p + 28, true);
      blocks[count] = p;
      // Written out, since V8 looks up again at each call a function that a bundle has made a variable.
      if (((a | b | c | d | e | f | g | h) & -0x7f7f7f80) === 0) {
        // A digit gets its top bit set; the product moves the top bits of eight bytes together.
        const m0 =
          Math.imul(
            (((((a & 0x7f7f7f7f) ^ 0x4f4f4f4f) + 0x0a0a0a0a) & -0x7f7f7f80) >>> 4) |
              ((((b & 0x7f7f7f7f) ^ 0x4f4f4f4f) + 0x0a0a0a0a) & -0x7f7f7f80),
            0x204081,
          ) >>> 24;
        const m1 =
          Math.imul(
            (((((c & 0x7f7f7f7f) ^ 0x4f4f4f4f) + 0x0a0a0a0a) & -0x7f7f7f80) >>> 4) |
              ((((d & 0x7f7f7f7f) ^ 0x4f4f4f4f) + 0x0a0a0a0a) & -0x7f7f7f80),
            0x204081,
          ) >>> 24;
        const m2 =
          Math.imul(
            (((((e & 0x7f7f7f7f) ^ 0x4f4f4f4f) + 0x0a0a0a0a) & -0x7f7f7f80) >>> 4) |
              ((((f & 0x7f7f7f7f) ^ 0x4f4f4f4f) + 0x0a0a0a0a) & -0x7f7f7f80),
            0x204081,
          ) >>> 24;
        const m3 =
          Math.imul(
            (((((g & 0x7f7f7f7f) ^ 0x4f4f4f4f) + 0x0a0a0a0a) & -0x7f7f7f80) >>> 4) |
              ((((h & 0x7f7f7f7f) ^ 0x4f4f4f4f) + 0x0a0a0a0a) & -0x7f7f7f80),
            0x204081,
          ) >>> 24;
        const digits = m0 | (m1 << 8) | (m2 << 16) | (m3 << 24);
        bits[2 * count] = digits;
        bits[2 * count + 1] = 0;
        count += (digits | -digits) >>> 31;
      } else {
        mixed(view, p, count);
        count++;
      }
    }
    // Not what follows the end.
    if (count > 0 && end - (blocks[count - 1] as number) < 32) {
      const kept = (1 << (end & 31)) - 1;
      const last = 2 * count - 2;
      bits[last] = (bits[last] as number) & kept;
      bits[last + 1] = (bits[last + 1] as number) & kept;
    }
    return count;
  }

  function mixed(view: DataView, p: number, block: number): void {
    let digits = 0;
    let begins = 0;
    for (let i = p; i < p + 32; i += 4) {
      const word = view.getInt32(i, true);
      const tops = (((word & 0x7f7f7f7f) ^ 0x4f4f4f4f) + 0x0a0a0a0a) & ~word & -0x7f7f7f80;
      const leads = word & (word << 1) & -0x7f7f7f80;
      digits = (digits >>> 4) | (Math.imul(tops, 0x204081) & -0x10000000);
      begins = (begins >>> 4) | (Math.imul(leads, 0x204081) & -0x10000000);
    }
    bits[2 * block] = digits;
    bits[2 * block + 1] = begins;
  }

  return { blocks, bits, mark };
})();
