import { describe, expect, it } from "vitest";
import {
  type GridTensor,
  type Profile,
  type QuantizationPlan,
  type QuantizationProgress,
  type QuantizationReport,
  type QuantizedTensor,
  type QuantizeOptions,
  type QuantizerOptions,
  RyanQuantizer,
} from "../src/index.js";
import { sequences, TinyModel } from "./support/tiny-model.js";

const calibration = sequences(6, 24, 48, 1);
const sensitivity = sequences(3, 24, 48, 2);

const wideModel = () => new TinyModel({ width: 64, hidden: 192, vocabulary: 128 });
const wide = { calibration: sequences(8, 40, 128, 1), sensitivity: sequences(2, 16, 128, 2) };

interface Ran {
  readonly report: QuantizationReport;
  readonly tensors: readonly QuantizedTensor[];
}

async function ran(
  options: QuantizerOptions,
  given: Partial<QuantizeOptions> = {},
  model = new TinyModel(),
): Promise<Ran> {
  const tensors: QuantizedTensor[] = [];
  const report = await new RyanQuantizer(options).quantize(model, {
    calibration,
    sensitivity,
    onTensor: (tensor) => void tensors.push(tensor),
    ...given,
  });
  return { report, tensors };
}

/** All that a tensor is, comparable by equality. */
const content = (tensor: QuantizedTensor) =>
  "grid" in tensor
    ? { ...tensor, grid: { ...tensor.grid, codes: [...tensor.grid.codes] } }
    : { ...tensor, data: [...tensor.data] };

describe("what is given", () => {
  it("is each matrix as a grid within the budget, and the rest as it was", async () => {
    const { report, tensors } = await ran({ targetBits: 5.5 });
    const model = new TinyModel();
    const grids = tensors.filter((tensor): tensor is GridTensor => "grid" in tensor);
    expect(grids.map(({ name }) => name)).toEqual(model.matrices.map(({ name }) => name));
    expect(tensors.map(({ name }) => name).filter((name) => name === "norm")).toEqual(["norm"]);
    for (const { grid, shape } of grids) {
      expect(grid.shape).toEqual(shape);
      expect(grid.codes.length).toBe(shape[0] * shape[1]);
    }
    const [file] = report.profiles;
    expect(report.profiles.length).toBe(1);
    expect(file?.bits).toBeLessThanOrEqual(5.5);
    expect(file?.ratio).toBeCloseTo(16 / (file?.bits ?? 0), 9);
    expect(report.tensors.every(({ kl, error }) => (kl ?? -1) >= 0 && (error ?? 1) < 0.2)).toBe(
      true,
    );
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it("meets a budget to within half a percent from below", async () => {
    for (const targetBits of [4, 5]) {
      const { report } = await ran({ targetBits }, wide, wideModel());
      const bits = report.profiles[0]?.bits ?? 0;
      expect(bits).toBeLessThanOrEqual(targetBits);
      expect(bits).toBeGreaterThan(0.995 * targetBits);
    }
  });

  it("is two profiles from one pass: grids, and blocks of the kinds' bits with columns beside them", async () => {
    const { report, tensors } = await ran({
      profiles: ["file", "resident"],
      targetBits: 5.5,
      attentionBits: 8,
      ffnBits: 4,
      outlierColumns: 0.05,
    });
    const typeOf = (name: string, profile: Profile) => {
      const tensor = tensors.find((one) => one.name === name && one.profile === profile);
      return tensor === undefined ? undefined : "grid" in tensor ? "grid" : tensor.dtype;
    };
    expect(typeOf("layers.0.in", "resident")).toBe("Q8_0");
    expect(typeOf("layers.0.up", "resident")).toBe("IQ4_NL");
    expect(typeOf("layers.0.up", "file")).toBe("grid");
    expect(typeOf("layers.0.up.outliers", "resident")).toBe("Q8_0");
    expect(typeOf("layers.0.up.outlier_columns", "resident")).toBe("I32");
    expect(typeOf("layers.0.in.outliers", "resident")).toBe(undefined);
    expect(typeOf("norm", "file")).toBe("F32");
    expect(typeOf("norm", "resident")).toBe("F32");
    expect(report.profiles.map(({ profile }) => profile)).toEqual(["file", "resident"]);
  });

  it("is within a budget of resident bits: 8 where they save most", async () => {
    const { report, tensors } = await ran(
      { profiles: ["resident"], targetBits: 7 },
      wide,
      wideModel(),
    );
    const types = new Set(tensors.map((tensor) => ("grid" in tensor ? "grid" : tensor.dtype)));
    expect(types).toEqual(new Set(["IQ4_NL", "Q8_0", "F32"]));
    expect(report.profiles[0]?.bits).toBeLessThanOrEqual(7);
    expect(report.profiles[0]?.bits).toBeGreaterThan(6);
  });

  it("has one rate for what is measured as one", async () => {
    const ratesBy = async (sensitivityBy: "matrix" | "input" | "layer") => {
      let plan: QuantizationPlan | undefined;
      const onPlan = (made: QuantizationPlan) => {
        plan = made;
      };
      const model = new TinyModel();
      await ran({ targetBits: 5.5, sensitivityBy }, { onPlan }, model);
      const rates = new Set(plan?.matrices.map(({ bits }) => bits));
      return { count: rates.size, advances: model.advances };
    };
    const [each, layer] = [await ratesBy("matrix"), await ratesBy("layer")];
    expect(each.count).toBe(10);
    expect(layer.count).toBe(4);
    expect(layer.advances).toBeLessThan(each.advances);
  });

  it("needs no data", async () => {
    const model = new TinyModel();
    const { report } = await ran({ targetBits: 5.5 }, { calibration: [], sensitivity: [] }, model);
    expect(model.advances).toBe(0);
    expect(report.profiles[0]).toMatchObject({ kl: undefined, sameTop: undefined });
    const blocks = await ran(
      { profiles: ["resident"], ffnBits: 4 },
      { calibration: [], sensitivity: [] },
    );
    expect(blocks.tensors.length).toBe(11);
  });
});

describe("divergence", () => {
  it("is less with calibration than without, and less with more bits", async () => {
    const kl = async (ffnBits: number, options: QuantizerOptions = {}, given = {}) => {
      const all = { attentionBits: ffnBits, ffnBits, embeddingBits: 8, headBits: 8, ...options };
      const { report } = await ran(all, { ...wide, ...given }, wideModel());
      return report.profiles[0]?.kl ?? Number.NaN;
    };
    const calibrated = await kl(4);
    expect(calibrated).toBeLessThan(await kl(4, {}, { calibration: [] }));
    expect(calibrated).toBeLessThan(await kl(4, { method: "nearest" }));
    expect(await kl(6)).toBeLessThan(0.3 * calibrated);
  });
});

describe("the same bits", () => {
  it("come out twice, tied or not", async () => {
    for (const tied of [false, true]) {
      const options: QuantizerOptions = {
        profiles: ["file", "resident"],
        targetBits: 5.5,
        ffnBits: 4,
      };
      const [a, b] = [
        await ran(options, {}, new TinyModel({ tied })),
        await ran(options, {}, new TinyModel({ tied })),
      ];
      expect(a.tensors.map(content)).toEqual(b.tensors.map(content));
      expect(a.report.tensors).toEqual(b.report.tensors);
    }
  });

  it("come out of a run that was interrupted, without its layers being quantised again", async () => {
    const options: QuantizerOptions = { targetBits: 5.5 };
    const whole = await ran(options);
    let plan: QuantizationPlan | undefined;
    const kept: QuantizedTensor[] = [];
    const controller = new AbortController();
    const stopped = ran(options, {
      signal: controller.signal,
      onPlan: (made) => {
        plan = JSON.parse(JSON.stringify(made)) as QuantizationPlan;
      },
      onTensor: (tensor) => {
        kept.push(tensor);
        if (kept.length === 6) controller.abort(new Error("killed"));
      },
    });
    await expect(stopped).rejects.toThrow("killed");
    const find = (profile: Profile, name: string) =>
      kept.find((tensor) => tensor.profile === profile && tensor.name === name);
    const model = new TinyModel();
    const rest = await ran(options, { resume: { plan: plan as QuantizationPlan, find } }, model);
    expect([...kept, ...rest.tensors].map(content)).toEqual(whole.tensors.map(content));
    for (const { name } of kept) expect(model.reads).not.toContain(name);
    expect(rest.report.profiles).toEqual(whole.report.profiles);
  });

  it("are not promised for other options: a plan of another run is refused", async () => {
    let plan: QuantizationPlan | undefined;
    await ran(
      { targetBits: 5.5 },
      {
        onPlan: (made) => {
          plan = made;
        },
      },
    );
    const resume = { plan: plan as QuantizationPlan, find: () => undefined };
    await expect(ran({ targetBits: 6 }, { resume })).rejects.toMatchObject({ code: "ERR_RESUME" });
  });
});

describe("progress", () => {
  it("rises to 1 and names what is done", async () => {
    const events: QuantizationProgress[] = [];
    await ran({ targetBits: 5.5 }, { onProgress: (event) => void events.push(event) });
    const fractions = events.map(({ fraction }) => fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
    expect(fractions.at(-2)).toBeLessThan(1);
    expect(new Set(events.map(({ phase }) => phase))).toEqual(
      new Set(["sensitivity", "quantize", "evaluate"]),
    );
    expect(
      events.filter(({ phase }) => phase === "quantize").map(({ tensor }) => tensor),
    ).toContain("layers.1.down");
  });

  it("ends when the signal says so", async () => {
    const signal = AbortSignal.abort(new Error("stop"));
    await expect(ran({}, { signal })).rejects.toThrow("stop");
  });
});

describe("what is refused", () => {
  it("names a matrix with NaN or infinity", async () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      for (const given of [{}, { calibration: [], sensitivity: [] }]) {
        const model = new TinyModel();
        (model.weights.get("layers.1.up") as Float32Array)[33] = value;
        await expect(ran({ ffnBits: 4 }, given, model)).rejects.toMatchObject({
          code: "ERR_VALUE",
          message: expect.stringContaining("layers.1.up"),
        });
      }
    }
  });

  it("is a model whose outputs aren't finite", async () => {
    const model = new TinyModel();
    const head = model.weights.get("head") as Float32Array;
    model.weights.set(
      "head",
      head.map((x) => 1e38 * x),
    );
    await expect(ran({ ffnBits: 4 }, { calibration: [] }, model)).rejects.toMatchObject({
      code: "ERR_VALUE",
      message: expect.stringContaining("logits"),
    });
  });

  it("is a budget that nothing meets", async () => {
    await expect(ran({ targetBits: 1.5 })).rejects.toMatchObject({ code: "ERR_BUDGET" });
    await expect(ran({ profiles: ["resident"], targetBits: 4.2 })).rejects.toMatchObject({
      code: "ERR_BUDGET",
    });
  });

  it("is an option out of range", () => {
    const wrong: QuantizerOptions[] = [
      { profiles: [] },
      { profiles: ["file", "file"] },
      { profiles: ["other" as Profile] },
      { targetBits: 1 },
      { targetBits: Number.NaN },
      { profiles: ["resident"], attentionBits: 6 },
      { ffnBits: 9 },
      { targetBits: 4, ffnBits: 4 },
      { profiles: ["resident"], targetBits: 5, attentionBits: 8 },
      { outlierColumns: 0.5 },
      { damping: -1 },
      { method: "best" as "gptq" },
    ];
    for (const options of wrong) {
      expect(() => new RyanQuantizer(options)).toThrow(
        expect.objectContaining({ code: "ERR_ARGUMENT" }),
      );
    }
  });
});
