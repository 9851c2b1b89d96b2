import { mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { HubError } from "../../src/hub/snapshot.js";
import { type Fault, sha256 } from "../support/hub-server.js";
import {
  bytesOf,
  COMMIT,
  FOLDER,
  fetchAll,
  hashOf,
  REPOSITORY,
  useWorkplace,
} from "./support/workplace.js";

vi.mock("../../src/hub/pause.js", () => import("./support/pauses.js"));

const place = useWorkplace();

const at = fc.nat({ max: 70_000 });
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constantFrom("drop" as const, "cut" as const), after: at }),
  fc.record({ kind: fc.constant("damage" as const), at }),
  fc.record({ kind: fc.constant("longer" as const), by: fc.integer({ min: 1, max: 100_000 }) }),
  fc.record({ kind: fc.constant("status" as const), status: fc.constantFrom(403, 416, 429, 500) }),
  fc.constant<Fault>({ kind: "ignoreRange" }),
  fc.constant<Fault>({ kind: "reset" }),
);

it("whatever goes wrong, a file is whole or isn't there, and comes once all is well", async () => {
  const outcomes = { whole: 0, failed: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(fault, { minLength: 1, maxLength: 9 }), at, async (faults, size) => {
      const cacheDir = await mkdtemp(join(place.cacheDir, "run-"));
      const bytes = bytesOf(size);
      place.server.add(REPOSITORY, { commit: COMMIT, files: { "a.safetensors": bytes } });
      place.server.forget();
      place.server.fail(/^storage/, ...faults);
      const snapshot = join(cacheDir, FOLDER, "snapshots", COMMIT);
      try {
        await fetchAll(place, { cacheDir, retries: 2 });
        outcomes.whole++;
      } catch (error) {
        if (!(error instanceof HubError)) throw error;
        outcomes.failed++;
        expect(await readdir(snapshot).catch(() => [])).toEqual([]);
        place.server.forget();
        await fetchAll(place, { cacheDir });
      }
      expect(await hashOf(snapshot, "a.safetensors")).toBe(sha256(bytes));
      expect(await readdir(join(cacheDir, FOLDER, "blobs"))).toEqual([sha256(bytes)]);
      await rm(cacheDir, { recursive: true });
    }),
    { seed: 5, numRuns: 30 },
  );
  expect(outcomes.whole).toBeGreaterThan(5);
  expect(outcomes.failed).toBeGreaterThan(2);
});
