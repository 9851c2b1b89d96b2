// Finds the numbers of a whole text fast: its UTF-8 is searched for digits, 32 bytes at a
// time, and a number whose neighbours leave no doubt is read there. The scanner, which knows
// all rules, reads the others.

import { TextBuffer } from "../pipeline/text-buffer.js";
import { isDigit, MARGIN, mayGoOn, simpleForm, unsureBegin } from "./byte-forms.js";
import { FORM, fillPairs, pairs, UNSURE_BEGIN } from "./byte-neighbours.js";
import { digitMarks, PART } from "./digit-marks.js";
import { isVulgar, zeroOf } from "./digits.js";
import { DECIMAL, INTEGER, NONE, SLASH_FRACTIONS } from "./kinds.js";
import { Scanner, scanWith } from "./scanner.js";
import { NumberSpans } from "./spans.js";

/** Bytes of a text, and numbers, that are kept room for. */
const KEPT_BYTES = 1 << 17;
const KEPT_NUMBERS = 1 << 17;

/** Where the scan of a text stands. */
class Position {
  /** In the bytes. */
  at: number;
  /** What has to be added to a place in the bytes to have it in units. */
  shift: number;
  /** In the marks. */
  block = 0;

  constructor(begin: number) {
    this.at = begin;
    this.shift = 0 - begin;
  }
}

/** Whether a number of another script, or a fraction, begins with `c` at `p`. */
function isNumeric(bytes: Uint8Array, p: number, c: number): boolean {
  // Other bytes don't begin one.
  if (c !== 0xc2 && (c < 0xd9 || c > 0xe2) && c !== 0xea && c !== 0xef) return false;
  const size = c < 0xe0 ? 2 : 3;
  let code = c & (0x7f >> size);
  for (let i = 1; i < size; i++) code = (code << 6) | ((bytes[p + i] as number) & 63);
  return zeroOf(code) !== 0 || isVulgar(code);
}

/**
 * Reads on from `position` to the end of what is marked, or to a number that the scanner has to
 * read: then it returns true. Its constants are those of a function around it, since V8 compiles
 * these in, while those of a module become variables in a bundle.
 */
const scanMarked = /* @__PURE__ */ (() => {
  const { befores, afters } = pairs;
  const { blocks, bits } = digitMarks;
  const [integer, decimal, margin] = [INTEGER, DECIMAL, MARGIN];
  const [unsure, unknown] = [UNSURE_BEGIN, FORM];
  return function scanMarked(
    { bytes, view, begin }: TextBuffer,
    count: number,
    position: Position,
    scanner: Scanner,
    out: NumberSpans,
  ): boolean {
    let data: Int32Array = out.data;
    let to = 3 * out.count;
    let low = scanner.low | 0;
    let p = position.at | 0;
    let shift = position.shift | 0;
    let block = position.block | 0;
    const sure = begin + margin;
    scan: for (; block < count; block++) {
      const base = blocks[block] as number;
      if (p >= base + 32) continue;
      let digits = bits[2 * block] as number;
      let others = bits[2 * block + 1] as number;
      if (p > base) {
        const left = -1 << (p - base);
        digits &= left;
        others &= left;
      }
      for (let any = digits | others; any !== 0; any = digits | others) {
        const lowest = any & -any;
        p = base + 31 - Math.clz32(lowest);
        if ((others & lowest) !== 0) {
          const c = bytes[p] as number;
          if (isNumeric(bytes, p, c)) break scan;
          others ^= lowest;
          shift = (shift - (c < 0xe0 ? 1 : 2)) | 0;
          p += c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
          continue;
        }
        // Carried through the digits, the bit stops behind them.
        const sum = (digits + lowest) | 0;
        const behind = ~digits & sum;
        let e = base + 31 - Math.clz32(behind);
        if (behind === 0) {
          e = base + 32;
          while (isDigit(bytes[e] as number)) e++;
        }
        if (p < sure) break scan;
        let kind = integer;
        const before = befores[view.getUint16(p - 2, true)] as number;
        let start = (p - before) | 0;
        if (before === unsure) {
          start = unsureBegin(bytes, p);
          if (start < 0) break scan;
          if (bytes[p - 1] === 0x2e) kind = decimal;
        }
        digits &= sum;
        const form = afters[view.getUint16(e, true)] as number;
        if (form !== 0 && (form === unknown || mayGoOn(bytes, p, e, form))) {
          e = kind === integer ? simpleForm(bytes, p, e, scanner) : -1;
          if (e < 0) break scan;
          kind = scanner.kind;
          const left = e - base < 32 ? -1 << (e - base) : 0;
          digits &= left;
          others &= left;
        }
        if (to === data.length) data = out.grow();
        data[to] = start + shift;
        low = (e + shift) | 0;
        data[to + 1] = low;
        data[to + 2] = kind;
        to += 3;
        p = e;
      }
    }
    if (low !== scanner.low) scanner.last = low;
    scanner.low = low;
    out.count = to / 3;
    position.at = p;
    position.shift = shift;
    position.block = block;
    return block < count;
  };
})();

/** Has the scanner read the number at `position`. */
function readThere(
  { bytes }: TextBuffer,
  position: Position,
  scanner: Scanner,
  out: NumberSpans,
): void {
  let { at, shift } = position;
  const end = scanner.read(at + shift);
  if (scanner.kind !== NONE) {
    out.push(scanner.start, end, scanner.kind);
    scanner.last = end;
  }
  scanner.low = end;
  while (at + shift < end) {
    const byte = bytes[at] as number;
    const size = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    at += size;
    shift -= size === 4 ? 2 : size - 1;
  }
  position.at = at;
  position.shift = shift;
}

/** The numbers of the text that `buffer` has. */
function scanBuffer(buffer: TextBuffer, scanner: Scanner, out: NumberSpans): void {
  const { begin, end, bytes, view } = buffer;
  // The scanner takes what is after the end for U+0000.
  bytes[end] = 0;
  const position = new Position(begin);
  for (let from = 0; from < end; from += PART) {
    position.block = 0;
    const count = digitMarks.mark(view, from, Math.min(from + PART, end));
    while (scanMarked(buffer, count, position, scanner, out)) {
      readThere(buffer, position, scanner, out);
    }
  }
}

let kept: TextBuffer | undefined;
let found = new NumberSpans();

function bufferOf(text: string): TextBuffer {
  const buffer = kept ?? new TextBuffer();
  buffer.write(text, 0);
  kept = buffer.bytes.length <= KEPT_BYTES ? buffer : undefined;
  return buffer;
}

/** Every form, and what looks like one, so that all of the code has run when it is optimised. */
const PRIMER = `1 -2 +3 (-4) x-5 $6 -$7 \\$8 1/2 33/44. 1/0 1/2/3 5/ 1.5 22.555. 3.5.6 .5 4.\\a 5.) 6% 7%3 8.5% 1,234 1, 2,3 4*5
4*10= 4*10^5 2x 0x1F 2x10^3 0x 1b 0b1 2024-01-15 2024-x 20-a 1e5 2e 3e-1 4E 1st 2nd 3rd 4th 5s 6n 10^2 2^3 x^4 y^{5} x_6 a7
\\frac{1}{2} \\frac12 \\frac 12 1 percent 2 per cent 3 p 4 people 5 per day 6 x 10^5 7 * 8 9 * 10 1 1/2 2 \\frac{1}{2} 3\\%
2024-5 2023-5-6 5-6 1,234, 12,345) 1,2345 1234,5 0,1 12,34 7,1,234 (1,234) 1,234.5 1,234x 1,234% 100,000,000 1.5x 1.5x10 1.5e 1.5*10
1.5*2 2.5, 2.5; 1.5^2 3.5s 4.5% 4.5%1 5.5 p 6.5 x 7.5 1 0.5 0.5x 1/2x 1/2* 1/2, 1/2% 1/2^ 1/2. 1/2.5 1/2 p 1/2 3 1/2e x/1/2 =.5 *.5, +.5 x.5
.5x -$5 =-$5 3-$5 )+$5 x-$5 =+$5.5 10x1 10x10 10x10^2 1stx 1ndx 3rdx 4thx 1st. 2nd, 3rd; 4th) 5r 6t 7n 8.\\b 9%\\b
0.\\overline{3} 1_2 1{,}000 1.2.3 |-5| "-7 5 m/s^2 3m^2 x^2 5 m^{2} a}^2 \\pi^2 x=12345, 1234567,8 \\cdot 2 1\\times 10^{3} 5\\text{cm} ${"12 345=6 ".repeat(32)}`;
let primed = false;

function prime(): void {
  primed = true;
  fillPairs();
  // So that the list grows in the loop too.
  scanNumbers("1 a ".repeat(99), new NumberSpans());
  for (let i = 0; i < 2; i++) {
    for (const text of [PRIMER, `${PRIMER} 1½ ¼ é 中 ’ 😀 ٣ अ ५ 10⁵ €5 5€ −6 2×10⁵ 3 `])
      scanNumbers(text, new NumberSpans());
  }
}

/**
 * Appends the numbers of `text` to `out` and returns how many they are. Nothing is parsed.
 *
 * @param buffer  has the text, if it has been written to one already.
 */
export function scanNumbers(
  text: string,
  out: NumberSpans,
  flags = SLASH_FRACTIONS,
  buffer?: TextBuffer,
): number {
  if (!primed) prime();
  const scanner = new Scanner(text, text.length, flags);
  // Into a list that has grown already, since new memory costs as much as the scan.
  found.count = 0;
  if (flags === SLASH_FRACTIONS) {
    scanBuffer(buffer?.holds(text) ? buffer : bufferOf(text), scanner, found);
  } else scanWith(scanner, found, 0, false);
  const { count } = found;
  out.append(found);
  if (count > KEPT_NUMBERS) found = new NumberSpans();
  return count;
}
