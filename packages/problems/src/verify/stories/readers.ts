// The kinds whose questions are stories that can be read.

import { readEvents } from "./events.js";
import { readRates } from "./rates.js";
import { readRelations } from "./relations.js";
import { readShopping } from "./shopping.js";
import type { Reader } from "./text.js";

export const READERS: ReadonlyMap<string, Reader> = new Map([
  ["word-relations", readRelations],
  ["word-events", readEvents],
  ["word-shopping", readShopping],
  ["word-rates", readRates],
]);
