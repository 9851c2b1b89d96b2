// The kinds whose questions are in words that can be read.

import { readAverages } from "./averages.js";
import { readCounting } from "./counting.js";
import { readEvents } from "./events.js";
import { readGeometry } from "./geometry.js";
import { readPercentages } from "./percentages.js";
import { readProbability } from "./probability.js";
import { readRates } from "./rates.js";
import { readRatios } from "./ratios.js";
import { readRelations } from "./relations.js";
import { readShopping } from "./shopping.js";
import type { Reader } from "./text.js";
import { readUnits } from "./units.js";

export const READERS: ReadonlyMap<string, Reader> = new Map([
  ["percentages", readPercentages],
  ["ratios", readRatios],
  ["units", readUnits],
  ["counting", readCounting],
  ["probability", readProbability],
  ["averages", readAverages],
  ["geometry", readGeometry],
  ["word-relations", readRelations],
  ["word-events", readEvents],
  ["word-shopping", readShopping],
  ["word-rates", readRates],
]);
