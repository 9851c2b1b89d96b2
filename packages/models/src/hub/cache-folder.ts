// One repository's folder in the cache that all of the hub's libraries share:
//
//     models--org--name/refs/main                   the commit that a branch or tag was last seen at
//     models--org--name/blobs/{etag}                contents, by their hash
//     models--org--name/snapshots/{commit}/{file}   relative links to them
//     models--org--name/trees/{commit}.json         what the repository has at a commit
//     .locks/models--org--name/
//
// https://huggingface.co/docs/huggingface_hub/guides/manage-cache; trees are as huggingface_hub 2 writes them.

import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { symlinksDisabled } from "./environment.js";
import { isCommit } from "./names.js";
import { leftoverBytes } from "./partial-file.js";
import { copyOf, hardLink, placeFile, relativeSymlink } from "./place-file.js";
import { type Content, fileEntry, type Listing } from "./repository-file.js";

const TREE_FORMAT = 1;

export class CacheFolder {
  private readonly folder: string;
  private readonly locks: string;

  constructor(
    readonly cacheDir: string,
    repository: string,
  ) {
    const name = `models--${repository.replaceAll("/", "--")}`;
    this.folder = join(cacheDir, name);
    this.locks = join(cacheDir, ".locks", name);
  }

  snapshot(commit: string): string {
    return join(this.folder, "snapshots", commit);
  }

  blob(etag: string): string {
    return join(this.folder, "blobs", etag);
  }

  /** Not Python's lock of the same blob, which stays there when it's free. */
  lock(etag: string): string {
    return join(this.locks, `${etag}.owner`);
  }

  /** The commit that a branch or tag was last seen at. */
  async commitOf(revision: string): Promise<string | undefined> {
    if (isCommit(revision)) return revision;
    const text = (await readIfThere(join(this.folder, "refs", revision)))?.trim();
    return text !== undefined && isCommit(text) ? text : undefined;
  }

  /** Does nothing for a commit, which is its own name. */
  async setCommit(revision: string, commit: string): Promise<void> {
    if (revision === commit) return;
    if ((await this.commitOf(revision)) === commit) return;
    await writeWhole(join(this.folder, "refs", revision), commit);
  }

  /** What the repository has at a commit, if somebody has asked before. */
  async listing(commit: string): Promise<Listing | undefined> {
    const text = await readIfThere(this.tree(commit));
    if (text === undefined) return undefined;
    try {
      const { format_version, files } = JSON.parse(text);
      if (format_version !== TREE_FORMAT) return undefined;
      const entries = Object.entries<Record<string, unknown>>(files);
      return {
        commit,
        files: entries.map(([name, { size, blob_id, lfs_sha256: sha256, lfs_size }]) =>
          fileEntry(
            name,
            size,
            blob_id,
            sha256 === undefined ? undefined : { sha256, size: lfs_size },
          ),
        ),
      };
    } catch {
      return undefined; // damaged, and to be had from the hub again
    }
  }

  /** Keeps a listing, unless the hub told too little for others to use it. */
  async keepListing({ commit, files }: Listing): Promise<void> {
    if (files.some(({ content, blobId }) => !content || !blobId)) return;
    if (await isFile(this.tree(commit))) return;
    const entries = files.map(({ name, content, blobId }) => {
      const { etag, size } = content as Content;
      const lfs = etag !== blobId && { lfs_sha256: etag, lfs_size: size };
      return [name, { size, blob_id: blobId, ...lfs }];
    });
    const tree = { format_version: TREE_FORMAT, files: Object.fromEntries(entries) };
    await writeWhole(this.tree(commit), JSON.stringify(tree, undefined, 1));
  }

  /** Whether a snapshot has the file, of this size if it's known. */
  hasFile(commit: string, name: string, size?: number): Promise<boolean> {
    return isFile(join(this.snapshot(commit), name), size);
  }

  hasBlob({ etag, size }: Content): Promise<boolean> {
    return isFile(this.blob(etag), size);
  }

  /** How much of these contents is on no disk yet, each counted once. */
  async bytesToCome(contents: readonly Content[]): Promise<number> {
    const each = new Map(contents.map((content) => [content.etag, content])).values();
    const bytes = await Promise.all(
      [...each].map(async (content) => {
        if (await this.hasBlob(content)) return 0;
        return content.size - (await leftoverBytes(this.blob(content.etag), content.size));
      }),
    );
    return bytes.reduce((sum, more) => sum + more, 0);
  }

  /** The files of a snapshot, whether it is whole or not. */
  async fileNames(commit: string): Promise<string[]> {
    const entries = await readdir(this.snapshot(commit), { recursive: true }).catch(() => []);
    const names = entries.map((name) => name.split(sep).join("/")).sort();
    const there = await Promise.all(names.map((name) => this.hasFile(commit, name)));
    return names.filter((_, i) => there[i]);
  }

  /** Puts a blob into a snapshot under its name. */
  placeBlob(etag: string, commit: string, name: string): Promise<void> {
    const ways = [hardLink, copyOf];
    return placeFile(
      this.blob(etag),
      join(this.snapshot(commit), name),
      symlinksDisabled() ? ways : [relativeSymlink, ...ways],
    );
  }

  private tree(commit: string): string {
    return join(this.folder, "trees", `${commit}.json`);
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}

async function isFile(path: string, size?: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true && (size === undefined || found.size === size);
}

/** Written beside its place and moved there, so that nobody finds half of it. */
async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
