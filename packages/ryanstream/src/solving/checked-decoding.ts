// How a solution is written that is to be right.

/** Options of a `ProofSampler`: each claim is checked, and a wrong result is replaced by the right one. */
export const checkedDecoding = { calculator: "results" } as const;
