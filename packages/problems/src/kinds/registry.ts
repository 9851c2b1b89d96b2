// All kinds, in the order in which they are listed. A new kind goes to the end.

import { averageKind } from "./averages.js";
import { countingKind } from "./counting.js";
import { decimalKind } from "./decimals.js";
import { divisibilityKind } from "./divisibility.js";
import { fractionKind } from "./fractions.js";
import { geometryKind } from "./geometry.js";
import type { Kind } from "./kind.js";
import { linearKind } from "./linear-equations.js";
import { systemKind } from "./linear-systems.js";
import { orderKind } from "./order-of-operations.js";
import { percentKind } from "./percentages.js";
import { probabilityKind } from "./probability.js";
import { ratioKind } from "./ratios.js";
import { unitKind } from "./units.js";
import { addKind, divideKind, multiplyKind, subtractKind } from "./whole-numbers.js";
import { eventsKind } from "./word-events.js";
import { ratesKind } from "./word-rates.js";
import { relationsKind } from "./word-relations.js";
import { shoppingKind } from "./word-shopping.js";

export const KINDS: readonly Kind[] = [
  addKind,
  subtractKind,
  multiplyKind,
  divideKind,
  orderKind,
  fractionKind,
  decimalKind,
  percentKind,
  ratioKind,
  unitKind,
  linearKind,
  systemKind,
  divisibilityKind,
  countingKind,
  probabilityKind,
  relationsKind,
  eventsKind,
  shoppingKind,
  ratesKind,
  averageKind,
  geometryKind,
];

/** A kind of problems as users see it. */
export type KindDescription = Pick<Kind, "name" | "about" | "limits" | "beyond">;

/** All kinds of problems, with the limits that those of training keep. */
export const kinds: readonly KindDescription[] = KINDS.map(({ name, about, limits, beyond }) => ({
  name,
  about,
  limits,
  beyond,
}));
