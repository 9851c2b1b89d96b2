// Which repository ids, revisions and file names are accepted. Each becomes part of a path on
// disk, on any system, so that what could lead out of its folder is refused on every system.

import { HubError } from "./errors.js";

const MAX_ID_PART = 96;
const MAX_REVISION = 255;
const MAX_FILE_NAME = 1024;
const ID_PART = /^\w(?:[\w.-]*\w)?$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
const UNSAFE = /[\u0000-\u001f\u007f\\]/;
// What git refuses in a branch's name, and what Windows refuses in a file's.
const UNSAFE_IN_REVISION = /[ ~^:?*[<>"|]/;

const COMMIT = /^[0-9a-f]{40}$/;

/** Whether a revision is a commit's full hash, whose files never change. */
export const isCommit = (revision: string): boolean => COMMIT.test(revision);

/** A segment that is empty or leads elsewhere. Windows drops dots and spaces at the end. */
const escapes = (segment: string): boolean =>
  /^[. ]*$/.test(segment) || /^[a-z]:/i.test(segment) || UNSAFE.test(segment);

/**
 * Refuses what can't be a repository's id, by the hub's own rules: `name` or `owner/name`, each up to
 * 96 letters, digits, `-`, `_` and `.`, without `--` and `..`.
 *
 * @throws HubError `ERR_ARGUMENT`
 */
export function checkRepository(repository: string): void {
  const parts = typeof repository === "string" ? repository.split("/") : [];
  const valid =
    parts.length >= 1 &&
    parts.length <= 2 &&
    parts.every((part) => part.length <= MAX_ID_PART && ID_PART.test(part)) &&
    !/--|\.\.|\.git$/.test(repository);
  if (!valid) {
    throw new HubError(
      "ERR_ARGUMENT",
      `expected a repository's id such as Qwen/Qwen2.5-0.5B, found ${shown(repository)}`,
    );
  }
}

/**
 * Refuses what can't be the name of a branch or tag, nor a commit.
 *
 * @throws HubError `ERR_ARGUMENT`
 */
export function checkRevision(revision: string): void {
  const valid =
    typeof revision === "string" &&
    revision.length <= MAX_REVISION &&
    !UNSAFE_IN_REVISION.test(revision) &&
    revision.split("/").every((segment) => !escapes(segment));
  if (!valid) {
    throw new HubError(
      "ERR_ARGUMENT",
      `expected a branch, a tag or a commit as the revision, found ${shown(revision)}`,
    );
  }
}

/**
 * Refuses a file's name that could lead out of the snapshot's folder.
 *
 * @throws HubError `ERR_RESPONSE`: the name comes from the repository
 */
export function checkFileName(name: string, repository: string): void {
  if (name.length <= MAX_FILE_NAME && !name.split("/").some(escapes)) return;
  throw new HubError(
    "ERR_RESPONSE",
    `expected file names that stay below the folder of ${repository}, found ${shown(name)}; ` +
      "don't use this repository, or choose its files without this one",
  );
}

const shown = (value: unknown): string => {
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
};
