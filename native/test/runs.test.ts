// One run: what goes in, what comes out, and what it holds in between.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { native } from "../ts/index.js";
import { code, codeOf, none } from "./support/codes.js";
import { matmulChain, slotChain, unaryChain } from "./support/words.js";

describe("a run", () => {
  it("computes into the caller's memory", async () => {
    const program = new (native().Program)(unaryChain(2, 64), []);
    const x = Float32Array.of(1, 2, 3);
    const y = new Float32Array(3);
    const report = await program.run(Float64Array.of(3), [], [x], [y]);
    expect([...y]).toEqual([1, 16, 81]);
    expect(report.arenaUsed).toBeLessThanOrEqual(program.arenaBytes);
    program.dispose();
  });

  it("uses at its largest dims exactly the arena that was planned", async () => {
    const program = new (native().Program)(unaryChain(2, 1000), []);
    const x = new Float32Array(1000);
    const report = await program.run(Float64Array.of(1000), [], [x], [x.slice()]);
    expect(report.arenaUsed).toBe(program.arenaBytes);
    program.dispose();
  });

  it("copies inputs at the call: changing them afterwards changes nothing", async () => {
    const program = new (native().Program)(unaryChain(1, 8), []);
    const x = Float32Array.of(3);
    const y = new Float32Array(1);
    const pending = program.run(Float64Array.of(1), [], [x], [y]);
    x[0] = 100;
    await pending;
    expect(y[0]).toBe(9);
    program.dispose();
  });

  it("survives an output transferred away in the middle", async () => {
    const program = new (native().Program)(matmulChain(20, 256), []);
    const y = new Float32Array(256 * 256);
    const pending = program.run(none, [], [new Float32Array(256 * 256)], [y]);
    structuredClone(y.buffer, { transfer: [y.buffer] });
    expect(await pending.catch(code)).toBe("ERR_DETACHED");
    program.dispose();
  });

  it("keeps the memory it uses when handles are disposed of in the middle", async () => {
    const program = new (native().Program)(matmulChain(20, 256), []);
    const y = new Float32Array(256 * 256);
    const pending = program.run(none, [], [new Float32Array(256 * 256).fill(0.01)], [y]);
    program.dispose();
    await pending;
    expect(Number.isFinite(y[0])).toBe(true);
    expect(codeOf(() => program.run(none, [], [], []))).toBe("ERR_DISPOSED");
  });

  it("times every operation when asked", async () => {
    const program = new (native().Program)(unaryChain(5, 8), []);
    const x = new Float32Array(8);
    const report = await program.run(Float64Array.of(8), [], [x], [x], { profile: true });
    expect(report.nanoseconds).toHaveLength(5);
    expect(report.nanoseconds?.every((ns) => ns > 0)).toBe(true);
    program.dispose();
  });

  it("stops where debugging asks and hands out any value", async () => {
    const program = new (native().Program)(unaryChain(5, 8), []);
    const y = new Float32Array(1);
    const options = { stopAfter: 1, read: [2] };
    await program.run(Float64Array.of(1), [], [Float32Array.of(2)], [y], options);
    expect(y[0]).toBe(16);
    program.dispose();
  });
});

describe("outputs", () => {
  it("are those that the array held at the call, whatever becomes of it", async () => {
    const program = new (native().Program)(unaryChain(1, 8), []);
    const y = new Float32Array(1);
    const outputs: unknown[] = [y];
    const pending = program.run(
      Float64Array.of(1),
      [],
      [Float32Array.of(3)],
      outputs as Float32Array[],
    );
    outputs[0] = 123;
    await pending;
    expect(y[0]).toBe(9);
    program.dispose();
  });

  it("are refused when they can't take the value", () => {
    const program = new (native().Program)(unaryChain(1, 8), []);
    const given = (output: unknown) =>
      codeOf(() => program.run(Float64Array.of(2), [], [new Float32Array(2)], [output as never]));
    expect(given(123)).toBe("ERR_INVALID_ARG_TYPE");
    expect(given({})).toBe("ERR_INVALID_ARG_TYPE");
    expect(given(new Float32Array(3))).toBe("ERR_SHAPE");
    expect(given(new Int32Array(2))).toBe("ERR_DTYPE");
    const small = new (native().Buffer)(7);
    expect(given(small)).toBe("ERR_SHAPE");
    small.dispose();
    program.dispose();
  });

  it("may be bytes, and memory that threads share", async () => {
    const program = new (native().Program)(unaryChain(1, 8), []);
    const x = new Float32Array(new SharedArrayBuffer(16), 8, 2);
    x.set([3, 4]);
    const y = new Float32Array(new SharedArrayBuffer(16), 4, 2);
    await program.run(Float64Array.of(2), [], [x], [y]);
    expect([...y]).toEqual([9, 16]);
    const bytes = new Uint8Array(8);
    await program.run(Float64Array.of(2), [], [new DataView(x.buffer, 8, 8)], [bytes]);
    expect([...new Float32Array(bytes.buffer)]).toEqual([9, 16]);
    program.dispose();
  });

  it("may be buffers, as inputs may, and arrays beside them", async () => {
    const program = new (native().Program)(unaryChain(2, 8), []);
    const from = new (native().Buffer)(64);
    const to = new (native().Buffer)(64);
    from.write(0, Float32Array.of(2, 3));
    // Long enough that what waits behind it can't have begun when we look.
    const blocker = new (native().Program)(matmulChain(100, 512), []);
    const x = new Float32Array(512 * 512);
    const first = blocker.run(none, [], [x], [x]);
    const pending = program.run(Float64Array.of(2), [], [from], [to]);
    expect(codeOf(() => from.write(0, new Float32Array(1)))).toBe("ERR_BUSY");
    expect(codeOf(() => to.fill(0))).toBe("ERR_BUSY");
    await Promise.all([first, pending]);
    blocker.dispose();
    const y = new Float32Array(3);
    to.read(0, y);
    expect([...y]).toEqual([16, 81, 0]);
    from.write(0, new Float32Array(1));
    const z = new Float32Array(2);
    const both = { stopAfter: 1, read: [1, 2] };
    await program.run(Float64Array.of(2), [], [y.slice(0, 2)], [to, z], both);
    to.read(0, y);
    expect([...y]).toEqual([256, 6561, 0]);
    expect([...z]).toEqual([65536, 43046720]); // 3^16 in f32
    for (const buffer of [from, to]) buffer.dispose();
    program.dispose();
  });
});

describe("memory that a run holds", () => {
  it("can't be changed until the run has ended, whichever way it ends", async () => {
    const blocker = new (native().Program)(matmulChain(200, 512), []);
    const program = new (native().Program)(slotChain(8, 1), []);
    const x = new Float32Array(512 * 512);
    const slot = new (native().Buffer)(32);
    const ticket = native().newTicket();
    const first = blocker.run(none, [], [x], [x], { ticket });
    const waiting = native().newTicket();
    const second = program.run(Float64Array.of(8), [slot], [], [new Float32Array(8)], {
      ticket: waiting,
    });
    expect(codeOf(() => slot.write(0, new Float32Array(8)))).toBe("ERR_BUSY");
    expect(codeOf(() => slot.fill(1))).toBe("ERR_BUSY");
    slot.read(0, new Float32Array(8));
    native().cancel(waiting);
    slot.fill(1); // it has left the line
    native().cancel(ticket);
    expect(await Promise.all([first.catch(code), second.catch(code)])).toEqual([
      "ERR_ABORTED",
      "ERR_ABORTED",
    ]);
    for (let i = 0; i < 200; i++) {
      slot.write(0, new Float32Array(8).fill(i));
      const y = new Float32Array(8);
      await program.run(Float64Array.of(8), [slot], [], [y]);
      expect(y[7]).toBe(i * i);
    }
    expect(codeOf(() => program.run(Float64Array.of(8), [slot], [], [slot]))).toBe("ERR_ALIAS");
    slot.fill(0); // a run that was refused holds nothing
    for (const handle of [slot, blocker, program]) handle.dispose();
  });

  it("begins where the dtype can be read", () => {
    const folder = mkdtempSync(join(tmpdir(), "ryanstream-"));
    const path = join(folder, "data.bin");
    writeFileSync(path, new Uint8Array(5000));
    const program = new (native().Program)(slotChain(8, 0), []);
    for (const [offset, expected] of [
      [4097, "ERR_ALIGNMENT"],
      [4098, "ERR_ALIGNMENT"],
      [4100, "nothing was thrown"],
    ] as const) {
      const mapped = native().mapFile(path, offset, 32);
      const ran = codeOf(() =>
        program.run(Float64Array.of(8), [mapped], [], [new Float32Array(8)]),
      );
      expect(ran).toBe(expected);
      mapped.dispose();
    }
    program.dispose();
    rmSync(folder, { recursive: true });
  });
});

describe("arguments that run JavaScript while they are read", () => {
  it("may dispose of the program", async () => {
    const program = new (native().Program)(unaryChain(1, 8), []);
    const y = new Float32Array(1);
    const options = {
      get profile() {
        program.dispose();
        return false;
      },
    };
    await program.run(Float64Array.of(1), [], [Float32Array.of(3)], [y], options);
    expect(y[0]).toBe(9);
    expect(program.disposed).toBe(true);
  });

  it("may detach what was read, and what is read next", () => {
    const words = Float64Array.from(unaryChain(1, 8));
    const detaching = Object.defineProperty([] as Uint8Array[], 0, {
      get() {
        structuredClone(words.buffer, { transfer: [words.buffer] });
        return new Uint8Array(0);
      },
    });
    expect(codeOf(() => new (native().Program)(words, detaching))).toBe("ERR_PROGRAM");
    const program = new (native().Program)(unaryChain(1, 8), []);
    const y = new Float32Array(1);
    const options = {
      get ticket() {
        structuredClone(y.buffer, { transfer: [y.buffer] });
        return -1;
      },
    };
    const run = () =>
      program.run(Float64Array.of(1), [], [Float32Array.of(3)], [y], options as never);
    expect(codeOf(run)).toBe("ERR_SHAPE");
    program.dispose();
  });
});
