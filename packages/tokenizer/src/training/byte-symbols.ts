// The printable alphabet of GPT-2: byte-level vocabularies are written with one
// character for each byte, so that a file of text can hold them.

/** The character that stands for each byte. */
export const BYTE_SYMBOLS: readonly string[] = /* @__PURE__ */ (() => {
  let unprintable = 0;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xff && byte !== 0xad);
    return String.fromCharCode(printable ? byte : 256 + unprintable++);
  });
})();
