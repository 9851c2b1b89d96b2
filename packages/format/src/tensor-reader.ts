// How a source gets at its tensors' bytes, whatever the files store them as.

import type { InputFile } from "./input-file.js";
import { type MappedBuffer, mapTensor } from "./mapping.js";
import type { Span } from "./row-range.js";
import type { TensorInfo } from "./tensor-info.js";

export interface TensorReader {
  /** Fills `into` with a tensor's bytes from `offset` on. When it rejects, nothing writes there any more. */
  read(
    info: TensorInfo,
    offset: number,
    into: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<void>;
  /** Bytes, of whole blocks and near `about`, that are cheap to read at multiples of that many. */
  pieceBytes(info: TensorInfo, about: number): number;
  map(info: TensorInfo, span: Span, options: MapRequest): Promise<MappedBuffer>;
  close(): Promise<void>;
}

export interface MapRequest {
  readonly alignment: number | undefined;
  /** Whether to compare the bytes with their hashes first, where the file has some. */
  readonly verify: boolean;
}

/** Tensors that lie in their files as they are. */
export class PlainReader implements TensorReader {
  private readonly inputs: ReadonlyMap<string, InputFile>;

  constructor(inputs: readonly InputFile[]) {
    this.inputs = new Map(inputs.map((file) => [file.path, file]));
  }

  read(
    info: TensorInfo,
    offset: number,
    into: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    return this.input(info).read(into, info.byteOffset + offset, signal);
  }

  pieceBytes(_: TensorInfo, about: number): number {
    return about;
  }

  map(info: TensorInfo, span: Span, { alignment }: MapRequest): Promise<MappedBuffer> {
    return mapTensor(this.input(info), info, span, alignment);
  }

  async close(): Promise<void> {
    await Promise.all([...this.inputs.values()].map((file) => file.close()));
  }

  private input(info: TensorInfo): InputFile {
    return this.inputs.get(info.file) as InputFile;
  }
}
