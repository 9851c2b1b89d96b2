// Words beside mathematics, by what they do to it.

/** A number may belong to the mathematics, but isn't in digits. */
export const numberWords: ReadonlyMap<string, string> = new Map(
  [
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen",
    "seventeen eighteen nineteen twenty",
  ]
    .join(" ")
    .split(" ")
    .map((word, value) => [word, String(value)]),
);

/** After a number they scale it. */
export const scaleWords: ReadonlyMap<string, string> = new Map([
  ["hundred", "100"],
  ["thousand", "1000"],
  ["million", "1000000"],
  ["billion", "1000000000"],
  ["trillion", "1000000000000"],
]);

export const operatorWords: ReadonlyMap<string, string> = new Map([
  ["plus", "+"],
  ["minus", "-"],
  ["times", "*"],
]);

const set = (words: string): ReadonlySet<string> => new Set(words.split(" "));

/** Letters that are words. */
export const articles = set("a A I");

/** Names of functions, which take what follows. */
export const functionNames = set(
  "sqrt gcd lcm max min abs sin cos tan cot sec csc arcsin arccos arctan log ln lg exp floor ceil ceiling round mod det root cbrt",
);

/** After a number they make another of it. */
export const changesWhatPrecedes = set(
  "squared cubed factorial am pm o'clock oclock noon midnight mod modulo choose percentage half halves third thirds fourth fourths fifth fifths sixth sixths eighth eighths tenth tenths hundredth hundredths thousandth thousandths tens ones hundreds thousands units",
);

/** Equality means something else, or numbers are written in another way. */
export const otherArithmetic = set(
  "mod modulo modular bmod pmod binary hex hexadecimal octal base bases clock roman log vector vectors matrix congruent",
);

/** Before an expression they may change what it is, so nothing false is said of it. */
export const changesWhatFollows = set(
  "of by twice half double triple quarter third thirds times plus minus negative root sin cos tan cot sec csc arcsin arccos arctan log ln lg exp floor ceil ceiling abs det mod value average mean median day week month year grade round level group team room step square cube squared cubed sum difference product quotient and or from than every other per between",
);

/** They end the words that may follow a number as its unit. */
export const endsUnit = set(
  "of and or then than so if is are was were be equals that which who because since while when where but gives makes has have had times plus minus as must",
);

/** The equation beside them is supposed, asked or denied. */
export const supposes = set(
  "suppose assume assuming contradiction contradicts impossible incorrect wrong not isn't false never cannot can't wouldn't doesn't whether check incorrectly mistake error no",
);

/** What the line says is said to be wrong, or only supposed. */
export const denies = set(
  "wrong incorrect incorrectly false untrue contradiction contradicts impossible mistake mistaken suppose assume assuming",
);

/** The result is a whole number near the exact one. */
export const rounds = set(
  "about around approximately approx roughly nearly almost round rounded rounds rounding nearest whole full complete completely entire estimate estimated integer maximum minimum remainder remaining leftover",
);

/** They give a letter a meaning, whatever it meant before. */
export const defines = set(
  "let lets let's let’s where define denote denotes denoted represent represents represented call set suppose assume say when if for at with case try trying substitute substituting plug plugging using given taking setting putting making",
);

/** Between such a word and the equation that it introduces. */
export const betweenDefinition = set(
  "and or that be us the we have now also both either values value",
);

/** They only try a value. */
export const tries = set(
  "suppose assume say when if for at with case try trying substitute substituting plug plugging taking setting putting",
);

/** The equation beside them is meant to hold for all values. */
export const rearranges = set(
  "expand expanding expanded simplify simplifying simplified simplifies factor factoring factored factorise factorize distribute distributing distributed combine combining rewrite rewriting rewritten identity multiply",
);

/** Where a new question begins, letters mean something else. */
export const startsAnew = set(
  "part problem question case method alternatively example exercise solution",
);
