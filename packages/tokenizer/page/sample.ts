// The text that the page begins with.

import sample from "./sample.txt";

export const SAMPLE = sample.trimEnd();
