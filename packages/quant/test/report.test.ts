import { expect, it } from "vitest";
import { formatReport, type QuantizationReport } from "../src/index.js";

it("is a table of tensors with what the whole is", () => {
  const report: QuantizationReport = {
    parameters: 1024,
    calibrationTokens: 100,
    sensitivityTokens: 50,
    seconds: 2.25,
    profiles: [{ profile: "file", bytes: 512, bits: 4, ratio: 4, kl: 0.00123, sameTop: 0.9912 }],
    tensors: [
      {
        profile: "file",
        name: "a",
        kind: "ffn",
        layer: 0,
        shape: [16, 32],
        encoding: "grid",
        bits: 3.5,
        outliers: 0,
        error: 0.0005,
        kl: 0.25,
      },
      {
        profile: "file",
        name: "long.name",
        kind: "head",
        layer: undefined,
        shape: [16, 32],
        encoding: "IQ4_NL",
        bits: 4.5,
        outliers: 2,
        error: undefined,
        kl: undefined,
      },
    ],
  };
  expect(formatReport(report).split("\n")).toEqual([
    "tensor     shape    held as   bits    error     KL  8-bit columns",
    "a          16 x 32  grid     3.500  5.00e-4  0.250",
    "long.name  16 x 32  IQ4_NL   4.500        -      -              2",
    "",
    "file: 4.000 bits per weight, 512 bytes; 4.00x smaller than 16 bits; KL 0.00123 nats a token, same first choice 99.12 %",
    "",
    "1024 weights, 100 tokens of calibration, 50 of sensitivity, 2.3 s",
  ]);
});
