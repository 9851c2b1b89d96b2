"""Finds the characters that a new Unicode normalizes, reorders or composes and that Hugging
Face tokenizers leaves alone, as its tables are older, for tokenizer-unicode.py. Characters
that are unassigned in the table of categories are left out.

Prints them when it is run with tokenizers 0.23.2 and a Node of Unicode 16 or later:

    python tools/golden/tokenizer-unicode-normalization.py
"""

import json
import subprocess
import sys

from tokenizers import Regex
from tokenizers import normalizers as N
from tokenizers import pre_tokenizers as P

NODE = r"""
const marks = [0x334, 0x94d, 0x327, 0x323, 0x301, 0x345].map((c) => String.fromCharCode(c));
const known = {};
for (let c = 0; c < 0x110000; c++) {
  if (c >= 0xd800 && c < 0xe000) continue;
  const x = String.fromCodePoint(c);
  const forms = ["NFC", "NFD", "NFKC", "NFKD"].map((f) => x.normalize(f));
  const orders = ["", ...marks].map((p) => "a" + x + p + "a" + p + x);
  if (forms.every((f) => f === x) && orders.every((s) => s.normalize("NFD") === s)) continue;
  known[c] = [...forms, ...orders.map((s) => s.normalize("NFD"))];
}
console.log(JSON.stringify(known));
"""
known = json.loads(subprocess.run(["node", "-e", NODE], capture_output=True, text=True, check=True).stdout)
marks = [chr(c) for c in (0x334, 0x94D, 0x327, 0x323, 0x301, 0x345)]
unknown = set()
for key, answers in known.items():
    x = chr(int(key))
    mine = [form.normalize_str(x) for form in (N.NFC(), N.NFD(), N.NFKC(), N.NFKD())]
    mine += [N.NFD().normalize_str(f"a{x}{p}a{p}{x}") for p in ["", *marks]]
    if mine == answers:
        continue
    inert = mine[:4] == [x] * 4 and mine[4:] == [f"a{x}{p}a{p}{x}" for p in ["", *marks]]
    if not inert:
        sys.exit(f"U+{int(key):04X} is known to both and differs: {mine} {answers}")
    unknown.add(x)
# The parts of what it can't compose are starters and thus look inert alone.
old = {c for key, answers in known.items() if chr(int(key)) not in unknown for c in answers[1]}
parts = {c for x in unknown for c in known[str(ord(x))][1]}
unknown |= {c for c in parts - old if c > "\u07ff"}

unassigned = P.Split(Regex(r"[^\P{Cn}]+"), "removed")
unknown = sorted(ord(x) for x in unknown if unassigned.pre_tokenize_str(x))

if __name__ == "__main__":
    print(" ".join(f"{c:x}" for c in unknown))
