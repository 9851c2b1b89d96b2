// The two formatting languages of Python's text: `%` and `str.format`.

import { fail, spendText } from "./budget.js";
import {
  characters,
  defined,
  floatRepr,
  int,
  isFloat,
  isInt,
  isNumber,
  isText,
  lookup,
  numeric,
  repr,
  str,
  Tuple,
  typeName,
  type Value,
} from "./values.js";

const MAX_PRECISION = 100;

interface Spec {
  readonly fill: string;
  readonly align: string;
  readonly sign: string;
  readonly alternate: boolean;
  readonly width: number;
  readonly comma: string;
  readonly precision: number | undefined;
  readonly type: string;
}

function pad(text: string, width: number, fill: string, align: string): string {
  const room = width - characters(text).length;
  if (!(room > 0)) return text;
  spendText(width);
  const left = align === ">" ? room : align === "^" ? room >> 1 : 0;
  return fill.repeat(left) + text + fill.repeat(room - left);
}

const exponent = (text: string): string => text.replace(/e([+-])(\d)$/, "e$10$2");

/** What `general` ("g") writes, with `precision` significant digits. */
function general(value: number, precision: number, alternate: boolean): string {
  const p = Math.max(1, precision);
  const power = value === 0 ? 0 : Number(value.toExponential(p - 1).split("e")[1]);
  const scientific = power < -4 || power >= p;
  let text = scientific ? value.toExponential(p - 1) : value.toFixed(p - 1 - power);
  if (!alternate) text = text.replace(/(\.\d*?)0+(?=e|$)/, "$1").replace(/\.(?=e|$)/, "");
  return exponent(text);
}

/** Exact, where toFixed gives up at 1e21. */
function fixed(value: number, precision: number): string {
  if (value < 1e21) return value.toFixed(precision);
  return BigInt(value).toString() + (precision > 0 ? `.${"0".repeat(precision)}` : "");
}

function digits(value: number | bigint, spec: Spec, isInteger: boolean): string {
  const { type, precision = 6 } = spec;
  if (precision > MAX_PRECISION) fail(`precision ${precision} is too big`);
  const lower = type.toLowerCase();
  if (isInteger && "bodxn".includes(lower || "d")) {
    const radix = { b: 2, o: 8, x: 16 }[lower] ?? 10;
    return (spec.alternate && radix !== 10 ? `0${lower}` : "") + value.toString(radix);
  }
  const x = Number(value);
  if (!Number.isFinite(x)) return floatRepr(x);
  switch (lower) {
    case "e":
      return exponent(x.toExponential(precision));
    case "f":
      return fixed(x, precision);
    case "%":
      return `${fixed(x * 100, precision)}%`;
    case "":
      return spec.precision === undefined ? floatRepr(x) : generalOrFloat(x, precision);
    default:
      return general(x, precision, spec.alternate);
  }
}

const generalOrFloat = (x: number, precision: number): string => {
  const text = general(x, precision, false);
  return /[.e]/.test(text) ? text : `${text}.0`;
};

function number(value: number | bigint, spec: Spec, isInteger: boolean): string {
  const negative = value < 0 || Object.is(value, -0);
  let text = digits(negative ? -value : value, spec, isInteger);
  if (/[A-Z]/.test(spec.type)) text = text.toUpperCase();
  const sign = negative ? "-" : spec.sign === "-" ? "" : spec.sign;
  const grouped = (body: string): string =>
    spec.comma ? body.replace(/^\d+/, (d) => d.replace(/\B(?=(\d{3})+$)/g, spec.comma)) : body;
  if (spec.align === "=") {
    const prefix = sign + (/^0[box]/i.exec(text)?.[0] ?? "");
    const body = grouped(text.slice(prefix.length - sign.length));
    return prefix + pad(body, spec.width - prefix.length, spec.fill, ">");
  }
  return pad(sign + grouped(text), spec.width, spec.fill, spec.align || ">");
}

const specification =
  /^(?:(.)?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/su;

export function formatValue(value: Value, text: string): string {
  if (text === "") return str(value);
  const match = specification.exec(text);
  if (!match) fail(`Invalid format specifier '${text}' for object of type '${typeName(value)}'`);
  const [
    ,
    fill,
    align = "",
    sign = "-",
    ,
    alternate,
    zero,
    width = "0",
    comma = "",
    precision,
    type = "",
  ] = match;
  const spec: Spec = {
    fill: fill ?? (zero ? "0" : " "),
    align: align || (zero && !isText(value) ? "=" : ""),
    sign,
    alternate: alternate !== undefined,
    width: Number(width),
    comma,
    precision: precision === undefined ? undefined : Number(precision),
    type,
  };
  spendText(spec.width);
  if (isText(value)) {
    if (type && type !== "s") unknown(type, value);
    const chars = characters(str(value));
    const cut = spec.precision === undefined ? chars : chars.slice(0, spec.precision);
    return pad(typeof cut === "string" ? cut : cut.join(""), spec.width, spec.fill, align || "<");
  }
  if (!isNumber(value) || (typeof value === "boolean" && type === "")) {
    if (typeof value === "boolean") return number(+value, spec, true);
    fail(`unsupported format string passed to ${typeName(value)}.__format__`);
  }
  if (type === "c" && isInt(value)) {
    return pad(String.fromCodePoint(Number(value)), spec.width, spec.fill, align || "<");
  }
  const allowed = isFloat(value) ? "eEfFgGn%" : "bodxXneEfFgG%";
  if (type && !allowed.includes(type)) unknown(type, value);
  return number(numeric(value), spec, isInt(value) && !"eEfFgG%".includes(type || "d"));
}

function unknown(type: string, value: Value): never {
  fail(`Unknown format code '${type}' for object of type '${typeName(value)}'`);
}

const ascii = (value: Value): string =>
  repr(value).replace(/\P{ASCII}/gu, (c) => {
    const hex = (c.codePointAt(0) as number).toString(16);
    return hex.length <= 2
      ? `\\x${hex}`
      : hex.length <= 4
        ? `\\u${hex.padStart(4, "0")}`
        : `\\U${hex.padStart(8, "0")}`;
  });

/** `template % given`; `text` turns a value to text for `%s`. */
export function percent(template: string, given: Value, text: (value: Value) => string): string {
  const args: readonly Value[] = given instanceof Tuple ? given : [given];
  let used = 0;
  let byName = false;
  const next = (): Value => {
    if (used >= args.length) fail("not enough arguments for format string");
    return args[used++] as Value;
  };
  const made = template.replace(
    /%(?:\(([^)]*)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+)?)?[hlL]?(.?)/gsu,
    (
      whole,
      name: string | undefined,
      flags: string,
      width: string | undefined,
      precision: string | undefined,
      type: string,
    ) => {
      if (type === "%") return "%";
      if (type === "") fail("incomplete format");
      let size = width === "*" ? Number(next()) : Number(width ?? 0);
      const left = flags.includes("-") || size < 0;
      size = Math.abs(size);
      const digits =
        precision === "*"
          ? Number(next())
          : precision === undefined
            ? /\.[hlL]?.$/.test(whole)
              ? 0
              : undefined
            : Number(precision);
      let value: Value;
      if (name !== undefined) {
        if (!(given instanceof Map)) fail("format requires a mapping");
        byName = true;
        value = lookup(given, name) ?? (given.has(name) ? null : fail(`'${name}'`));
      } else value = next();
      spendText(size);
      if ("sra".includes(type)) {
        const chars = characters(
          type === "s" ? text(value) : type === "r" ? repr(value) : ascii(value),
        );
        const cut = digits === undefined ? chars : chars.slice(0, digits);
        return pad(typeof cut === "string" ? cut : cut.join(""), size, " ", left ? "<" : ">");
      }
      if (type === "c")
        return pad(
          isText(value) ? str(value) : String.fromCodePoint(Number(value)),
          size,
          " ",
          left ? "<" : ">",
        );
      if (!"diuoxXeEfFgG".includes(type)) fail(`unsupported format character '${type}'`);
      defined(value);
      if (!isNumber(value)) {
        fail(
          "diuoxX".includes(type)
            ? `%${type} format: a real number is required, not ${typeName(value)}`
            : `must be real number, not ${typeName(value)}`,
        );
      }
      const whole10 = "diu".includes(type);
      const integral = whole10 || "oxX".includes(type);
      let numberValue = numeric(value);
      if (integral && typeof numberValue === "number")
        numberValue = numeric(int(BigInt(Math.trunc(numberValue))) as number | bigint);
      return number(
        numberValue,
        {
          fill: flags.includes("0") && !left ? "0" : " ",
          align: left ? "<" : flags.includes("0") ? "=" : ">",
          sign: flags.includes("+") ? "+" : flags.includes(" ") ? " " : "-",
          alternate: flags.includes("#"),
          width: size,
          comma: "",
          precision: digits,
          type: whole10 ? "d" : type,
        },
        integral,
      );
    },
  );
  // What could be a mapping by its looks may stay unused.
  const mapping =
    given instanceof Object && !(given instanceof Tuple) && typeName(given) !== "generator";
  if (used < args.length && !byName && !(mapping && !isText(given) && !isNumber(given))) {
    fail("not all arguments converted during string formatting");
  }
  spendText(made.length);
  return made;
}

/** `template.format(*args, **kwargs)`; attributes and items are read by `read`. */
export function braces(
  template: string,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value> | null,
  read: (object: Value, key: string, attribute: boolean) => Value,
  depth = 2,
  automatic = { next: 0 },
): string {
  if (depth === 0) fail("Max string recursion exceeded");
  let out = "";
  let at = 0;
  const field = (name: string): Value => {
    const [, first = "", rest = ""] = /^([^.[]*)(.*)$/s.exec(name) ?? [];
    const key = first === "" ? String(automatic.next++) : first;
    let value = /^\d+$/.test(key) ? args[Number(key)] : kwargs?.get(key);
    if (value === undefined) {
      fail(
        /^\d+$/.test(key)
          ? `Replacement index ${key} out of range for positional args tuple`
          : `'${key}'`,
      );
    }
    for (const [, attribute, item] of rest.matchAll(/\.([^.[]+)|\[([^\]]+)\]/g)) {
      value = read(value, (attribute ?? item) as string, attribute !== undefined);
    }
    return value;
  };
  while (at < template.length) {
    const char = template[at] as string;
    if (char !== "{" && char !== "}") {
      const end = template.slice(at).search(/[{}]/);
      out += end < 0 ? template.slice(at) : template.slice(at, at + end);
      at = end < 0 ? template.length : at + end;
    } else if (template[at + 1] === char) {
      out += char;
      at += 2;
    } else if (char === "}") fail("Single '}' encountered in format string");
    else {
      let end = at + 1;
      for (let open = 1; open > 0; end++) {
        if (end >= template.length) fail("expected '}' before end of string");
        if (template[end] === "{") open++;
        else if (template[end] === "}") open--;
      }
      const [, name = "", conversion, spec = ""] =
        /^([^!:]*)(?:!(.))?(?::(.*))?$/su.exec(template.slice(at + 1, end - 1)) ?? [];
      let value = field(name);
      if (conversion === "r") value = repr(value);
      else if (conversion === "s") value = str(value);
      else if (conversion === "a") value = ascii(value);
      out += formatValue(
        value,
        spec.includes("{") ? braces(spec, args, kwargs, read, depth - 1, automatic) : spec,
      );
      at = end;
    }
    spendText(out.length);
  }
  return out;
}
