/** Sorted code points where a set begins and ends, by turns: [start, end, start, end, …). */
export type Ranges = readonly number[];
