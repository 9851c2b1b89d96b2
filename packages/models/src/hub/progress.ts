// Bytes on disk, counted over all files of a snapshot.

import type { Content } from "./repository-file.js";

export interface SnapshotProgress {
  /** The file that bytes came of. */
  readonly file: string;
  /** Its bytes on disk. */
  readonly received: number;
  /** Its size in bytes. */
  readonly total: number;
  /** The same over all chosen files; what the cache had counts as received. */
  readonly all: {
    readonly received: number;
    readonly total: number;
    readonly files: number;
    readonly filesDone: number;
  };
}

export class Progress {
  private readonly files = new Map<string, { received: number; total: number; done: boolean }>();
  private received = 0;
  private total = 0;
  private filesDone = 0;

  constructor(private readonly report: (progress: SnapshotProgress) => void = () => {}) {}

  /** Counts a file in, without a report. */
  add(file: string, total: number, done: boolean): void {
    const received = done ? total : 0;
    this.files.set(file, { received, total, done });
    this.received += received;
    this.total += total;
    if (done) this.filesDone++;
  }

  /** A file's bytes on disk; its size may prove to be another. */
  update(file: string, received: number, { size }: Content, done = false): void {
    const entry = this.files.get(file);
    if (!entry || entry.done) return;
    this.received += received - entry.received;
    this.total += size - entry.total;
    Object.assign(entry, { received, total: size, done });
    if (done) this.filesDone++;
    this.report({
      file,
      received,
      total: size,
      all: {
        received: this.received,
        total: this.total,
        files: this.files.size,
        filesDone: this.filesDone,
      },
    });
  }
}
