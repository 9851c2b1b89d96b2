// What a repository has at a commit, whoever says so.

import { isCommit } from "./names.js";

/** What a file holds: the hash that the hub names it by, and its length in bytes. */
export interface Content {
  /** SHA-256 for files in LFS, git's blob hash for others. */
  readonly etag: string;
  readonly size: number;
}

export interface RepositoryFile {
  readonly name: string;
  /** Absent where a mirror doesn't list it. */
  readonly content?: Content | undefined;
  /** Git's hash: of the content, or of the pointer to it for a file in LFS. */
  readonly blobId?: string | undefined;
}

export interface Listing {
  readonly commit: string;
  readonly files: readonly RepositoryFile[];
}

const SHA256 = /^[0-9a-f]{64}$/;

export const isSize = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

/** A file's entry from what a listing says, whichever wrote it. */
export function fileEntry(
  name: string,
  size: unknown,
  blobId: unknown,
  lfs?: { sha256?: unknown; size?: unknown } | undefined,
): RepositoryFile {
  const git = typeof blobId === "string" && isCommit(blobId) ? blobId : undefined;
  const etag =
    lfs === undefined
      ? git
      : typeof lfs.sha256 === "string" && SHA256.test(lfs.sha256)
        ? lfs.sha256
        : undefined;
  const length = lfs === undefined ? size : (lfs.size ?? size);
  const content = etag !== undefined && isSize(length) ? { etag, size: length } : undefined;
  return { name, content, blobId: git };
}
