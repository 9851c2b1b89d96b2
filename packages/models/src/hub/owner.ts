// Who writes a file of the cache, and whether that process still lives. Process ids mean something
// only within one machine and one namespace of processes, so both are part of the name.

import { createHash } from "node:crypto";
import { readlinkSync } from "node:fs";
import { hostname } from "node:os";

const namespace = (): string => {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return ""; // only Linux has several
  }
};

const domain = createHash("sha256")
  .update(`${hostname()} ${namespace()}`)
  .digest("hex")
  .slice(0, 8);

/** This process, in letters that a file's name may have. */
export const ownerName = `${domain}-${process.pid}`;

/** What is known of an owner; of another machine's, nothing. */
export function ownerState(name: string): "alive" | "gone" | "unknown" {
  const [, itsDomain, pid] = /^([0-9a-f]{8})-(\d+)/.exec(name) ?? [];
  if (itsDomain !== domain) return "unknown";
  try {
    process.kill(Number(pid), 0);
    return "alive";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH" ? "gone" : "alive";
  }
}
