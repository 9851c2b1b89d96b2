// The addon's own interface, one to one. `@ryanstream/tensor` compiles programs
// for it; most people never see it.

/**
 * A block of native memory: 64-byte aligned, zeroed at first. Copies in and out; programs use it in place.
 * A run holds the buffers that it was given from `run()` until it has ended; once its promise has settled they are free.
 */
export interface NativeBuffer {
  /** Bytes; 0 once disposed of. */
  readonly byteLength: number;
  /** False for a mapped file. */
  readonly writable: boolean;
  readonly disposed: boolean;
  /** Copies from `byteOffset` on until `into` is full. While a run writes this buffer, what is read is a mixture. */
  read(byteOffset: number, into: ArrayBufferView): void;
  /** Copies all of `from` to `byteOffset`. `ERR_BUSY` while a run holds this buffer. */
  write(byteOffset: number, from: ArrayBufferView): void;
  /** `ERR_BUSY` while a run holds this buffer. */
  fill(byte: number): void;
  /** Gives the memory back; runs that use it keep it until they end. Idempotent. */
  dispose(): void;
}

export interface RunOptions {
  /** For {@link NativeBinding.cancel}; from {@link NativeBinding.newTicket}. `ERR_TICKET` if a pending run has it. */
  ticket?: number;
  /** Time each operation. */
  profile?: boolean;
  /** Stop after this operation and copy out `read` in place of the program's outputs. */
  stopAfter?: number;
  /** Ids of values. */
  read?: number[];
}

export interface RunReport {
  /** The highest byte of the arena that these dims reach. */
  arenaUsed: number;
  /** Per operation, with `profile`. */
  nanoseconds?: Float64Array;
}

export interface NativeProgram {
  readonly arenaBytes: number;
  /** Scratch memory of the most demanding operation, for the pool's number of threads. */
  readonly workspaceBytes: number;
  readonly disposed: boolean;
  /**
   * Queues one run. Typed arrays in `inputs` are copied before this returns, and
   * those in `outputs` are filled before the promise settles: one copy each on this
   * thread. A buffer costs this thread nothing, so large inputs and results should
   * be buffers; it may be larger than the value. Slots are used in place; a buffer
   * that the program writes may have no second name among slots and outputs
   * (`ERR_ALIAS`).
   */
  run(
    dims: Float64Array,
    slots: NativeBuffer[],
    inputs: readonly (ArrayBufferView | NativeBuffer)[],
    outputs: readonly (ArrayBufferView | NativeBuffer)[],
    options?: RunOptions,
  ): Promise<RunReport>;
  /** Gives arena and workspace back, after the runs in flight. Idempotent. */
  dispose(): void;
}

export interface NativeInfo {
  /** In use: `portable`, `avx2` or `avx512`. */
  isa: string;
  /** The best that this CPU has. */
  detectedIsa: string;
  /** Threads that compute, `RYANSTREAM_THREADS` or the cores this process may use. */
  threads: number;
}

export interface NativeDevice {
  kind: "cpu";
  /** As its maker calls it. */
  name: string;
  isa: string;
  threads: number;
  /** In all, not what is free. */
  memoryBytes: number;
}

/** What all chunks of a grid share, read and checked by `@ryanstream/format`. */
export interface NativeGrid {
  readonly hasRowScales: boolean;
  /** One a column. */
  readonly scales: Uint8Array;
  readonly steps: Float32Array;
  /** 28 tables of 256. */
  readonly freqs: Uint16Array;
}

/** A coded chunk and where its contents go: bytes of planes, or rows of a grid. */
export interface NativeDecoding {
  readonly coded: Uint8Array;
  /** With `grid` values (Float32Array) or codes (Int32Array). */
  readonly into: Uint8Array | Float32Array | Int32Array;
  readonly rows?: number;
  readonly grid?: NativeGrid;
}

/** Bytes and room for their coded form; the rest as `encodePlanes` takes it. */
export interface NativeEncoding {
  readonly bytes: Uint8Array;
  readonly period: number;
  readonly rotate: boolean;
  readonly into: Uint8Array;
}

export interface NativeBinding {
  readonly Buffer: new (byteLength: number) => NativeBuffer;
  /** `words` as described in `src/program/decode.cpp`. */
  readonly Program: new (
    words: Float64Array,
    constants: Uint8Array[],
  ) => NativeProgram;
  /** A read-only view of a part of a file. */
  mapFile(path: string, byteOffset: number, byteLength: number): NativeBuffer;
  info(): NativeInfo;
  /** What programs can run on; the first is the default. */
  devices(): NativeDevice[];
  /** Names of the operations; the place is the opcode. */
  operations(): string[];
  /** What is alive in this process, in all its threads. */
  liveHandles(): { buffers: number; programs: number; bufferBytes: number; programBytes: number };
  /** A ticket that no run of this thread has. */
  newTicket(): number;
  /** Asks the run with this ticket to stop before its next operation; false when it has settled. */
  cancel(ticket: number): boolean;
  /**
   * Bytes of an n x k weight matrix in packed form. `format`: 0 f32, 1 bf16, 2 f16,
   * 3 int8, 4 int4, 5 nl4; `group`: 32, 64 or 128 inputs a scale for the last three, else 0.
   */
  packedBytes(format: number, n: number, k: number, group: number, hasZero: boolean): number;
  /** Bytes in planes, entropy coded: what `encodePlanes` of `@ryanstream/format` returns. */
  encodePlanes(bytes: Uint8Array, period: number, rotate: boolean): Uint8Array;
  /**
   * The same for several chunks, on threads: how many bytes of each `into` are its coded form, and
   * `ERR_OUT_OF_RANGE` where one is too small. The arrays must be left alone until the promise settles: their
   * memory must not be transferred or resized.
   */
  encodeChunks(jobs: readonly NativeEncoding[]): Promise<number[]>;
  /** Rows of a grid as a chunk; `rowScales` are float16 bits. */
  encodeGridRows(
    grid: NativeGrid,
    codes: Int32Array,
    rows: number,
    offsets?: Int8Array,
    rowScales?: Uint16Array,
  ): Uint8Array;
  /**
   * Counts codes of some columns of a grid from `first` on, 256 a column: code u at u + 128, others at 0. These
   * three give what `@ryanstream/format` chooses a grid's tables from, and add to what the arrays hold.
   */
  countColumns(codes: Int32Array, columns: number, first: number, counts: Uint32Array): void;
  /** For each row the sum of min(8, |code| * inverse). */
  sumRows(codes: Int32Array, columns: number, inverse: Float64Array, sums: Float64Array): void;
  /** For each table its tokens, how many escape, and bits of those; returns low bits beside the tokens. */
  countTables(
    codes: Int32Array,
    columns: number,
    scales: Uint8Array,
    offsets: Int8Array | undefined,
    rests: Float64Array,
    larger: Float64Array,
    costs: Float64Array,
  ): number;
  /** `ERR_CHUNK` for what is malformed or stands for another length; `into` is undefined then. */
  decodeChunk(job: NativeDecoding): void;
  /**
   * The same for several chunks, on threads. The arrays must be left alone until the promise settles: their
   * memory must not be transferred or resized. An error has `job`, the first that failed.
   */
  decodeChunks(jobs: readonly NativeDecoding[]): Promise<void>;
}
