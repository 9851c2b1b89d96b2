export { ProblemsError, type ProblemsErrorCode } from "./errors.js";
export { type ProblemOptions, type ProblemsOptions, problem, problems } from "./generate.js";
export { type KindDescription, kinds } from "./kinds/registry.js";
export type { Answer, Difficulty, Problem, Split } from "./problem.js";
export { Rational } from "./rational.js";
export { type Fault, verify } from "./verify/verify.js";
