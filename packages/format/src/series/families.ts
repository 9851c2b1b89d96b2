// Tensors in the order in which they are coded: a weight with the states that belong to it, since each of them says
// something of the others.

import { dtypes, isDType } from "../dtype.js";
import { FormatError } from "../errors.js";
import { product } from "../tensor-info.js";
import { type SeriesTensorInfo, seriesRoles } from "./checkpoint.js";
import { floatTypes } from "./floats.js";

export interface Family<T extends SeriesTensorInfo> {
  readonly second?: T | undefined;
  readonly first?: T | undefined;
  readonly weight?: T | undefined;
  readonly averages: readonly T[];
  readonly exact?: T | undefined;
  /** Of all. */
  readonly elements: number;
}

/** Families in one stretch of codes: small ones share what a stretch costs, and memory is bounded to one. */
const STRETCH = 2 ** 22;

/** @throws FormatError `ERR_ARGUMENT`, `ERR_TENSOR` */
export function familiesOf<T extends SeriesTensorInfo>(tensors: readonly T[]): Family<T>[] {
  const byName = new Map<string, T>();
  for (const tensor of tensors) {
    check(tensor);
    if (byName.has(tensor.name)) refuse(tensor, "each name once", "it twice");
    byName.set(tensor.name, tensor);
  }
  const members = new Map<string, T[]>();
  for (const tensor of tensors) {
    const { name, role, of } = tensor;
    const weight = of === undefined ? undefined : byName.get(of);
    if (of !== undefined && weight?.role !== "weight") refuse(tensor, "a weight as `of`", of);
    if (weight !== undefined && weight.shape.join() !== tensor.shape.join() && role !== "exact") {
      // A state of another shape than its weight's, such as one a row, is coded by itself.
      members.set(name, [tensor]);
      continue;
    }
    const key = role === "exact" ? name : (of ?? name);
    members.set(key, [...(members.get(key) ?? []), tensor]);
  }
  return [...members.values()].map(familyOf);
}

function familyOf<T extends SeriesTensorInfo>(tensors: readonly T[]): Family<T> {
  const one = (role: T["role"]) => {
    const [found, other] = tensors.filter((tensor) => tensor.role === role);
    if (other !== undefined) refuse(other, `one ${role} of a weight`, "two");
    return found;
  };
  return {
    second: one("second-moment"),
    first: one("first-moment"),
    weight: one("weight"),
    averages: tensors.filter(({ role }) => role === "average"),
    exact: one("exact"),
    elements: tensors.reduce((sum, { shape }) => sum + elementsOf(shape), 0),
  };
}

/** Families that are coded together. */
export function stretchesOf<T extends SeriesTensorInfo>(
  families: readonly Family<T>[],
): (readonly Family<T>[])[] {
  const stretches: Family<T>[][] = [];
  let room = 0;
  for (const family of families) {
    if (family.elements > room || stretches.length === 0) {
      stretches.push([]);
      room = STRETCH;
    }
    stretches.at(-1)?.push(family);
    room -= family.elements;
  }
  return stretches;
}

export const elementsOf = (shape: readonly number[]): number => product(shape) ?? 0;

function check(tensor: SeriesTensorInfo): void {
  const { name, role, dtype, shape } = tensor;
  if (typeof name !== "string") {
    throw new FormatError("ERR_ARGUMENT", { expected: "a name", found: typeof name });
  }
  if (!seriesRoles.includes(role)) refuse(tensor, `a role among ${seriesRoles.join(", ")}`, role);
  if (!isDType(dtype)) refuse(tensor, "a type", dtype);
  if (role !== "exact" && !floatTypes.includes(dtype)) {
    refuse(tensor, `F32, F16 or BF16 with the role ${role}`, dtype);
  }
  const isShape = Array.isArray(shape) && shape.every((n) => Number.isSafeInteger(n) && n >= 0);
  const elements = isShape ? product(shape) : undefined;
  if (elements === undefined || elements > 2 ** 30) refuse(tensor, "a shape of up to 2^30", shape);
  if (elements % dtypes[dtype].block !== 0) refuse(tensor, `blocks of ${dtype}`, elements);
}

function refuse({ name }: SeriesTensorInfo, expected: string, found: unknown): never {
  throw new FormatError("ERR_TENSOR", { tensor: name, expected, found });
}

export const byteLengthOf = ({ dtype, shape }: SeriesTensorInfo): number =>
  (elementsOf(shape) / dtypes[dtype].block) * dtypes[dtype].blockBytes;
