// Numbers by which native runs are cancelled. The addon is one for a thread, while
// this package may be there twice (two versions, or a bundle beside a module), so
// the count is kept where all copies find it.

import process from "node:process";

const key = Symbol.for("ryanstream.tickets");

/** A number that no other run of this thread has. */
export function nextTicket(): number {
  const shared = process as unknown as Record<symbol, number | undefined>;
  const ticket = (shared[key] ?? 0) + 1;
  shared[key] = ticket;
  return ticket;
}
