import { FormatError } from "@ryanstream/format";
import { expect, it } from "vitest";
import { failureOf } from "../src/cli/failure.js";

it("advises by what the system refused, where it says so", () => {
  const { signal } = new AbortController();
  const adviceOf = (code: string) => {
    const cause = Object.assign(new Error(code), { code });
    const where = { file: "m.ryan", expected: "a file that can be written", found: code, cause };
    return failureOf(new FormatError("ERR_FILE", where), signal).report?.advice;
  };
  expect(adviceOf("ENOSPC")).toContain("room");
  expect(adviceOf("ENOENT")).toBe("Check the path.");
  expect(adviceOf("EIO")).toBe("Check the path.");
});
