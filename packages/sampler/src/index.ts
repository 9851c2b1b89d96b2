export { compareEquivalence, type EquivalentOptions, equivalent } from "./answers/equivalent.js";
export {
  type AnswerSource,
  type ExtractedAnswer,
  type ExtractOptions,
  extractAnswer,
} from "./answers/extract.js";
export type { BeamSearchOptions } from "./beam/beam-options.js";
export { beamSearch } from "./beam/beam-search.js";
export type { BeamLogits, BeamSession } from "./beam/beam-session.js";
export type { Beam } from "./beam/finished-beams.js";
export { SamplerError, type SamplerErrorCode } from "./errors.js";
export { Rational } from "./exact/rational.js";
export type { Verdict } from "./exact/same-value.js";
export { type Bindings, evaluateExact } from "./expression/evaluate.js";
export type { Expression, Fault, Span } from "./expression/expression.js";
export { type ParseOptions, parseExpression } from "./expression/parse.js";
export { type CompileOptions, compileGrammar, type GrammarSource } from "./grammar/compile.js";
export type { Grammar } from "./grammar/grammar.js";
export type { JsonSchemaOptions } from "./grammar/json-schema/rules.js";
export type { GrammarLimits } from "./grammar/limits.js";
export type { Mark, Matcher } from "./grammar/matcher.js";
export type { RegexOptions } from "./grammar/regex/parse.js";
export { Vocabulary, type VocabularyOptions } from "./grammar/vocabulary/vocabulary.js";
export type { ProofLogits, ProofSession, ProofTokenizer } from "./proof/engine.js";
export type {
  Backtrack,
  ProofAnswer,
  ProofChain,
  ProofEvent,
  ProofFinish,
  ProofResult,
  ProofStep,
  ProofUsage,
  StepStatus,
} from "./proof/events.js";
export type { LineContext, LineJudgement, LineVerifier } from "./proof/line-judge.js";
export type {
  BacktrackOptions,
  CalculatorMode,
  ProofMode,
  ProofSamplerOptions,
} from "./proof/options.js";
export type { ProofRun } from "./proof/proof-run.js";
export { ProofSampler, type SampleRunOptions } from "./proof/proof-sampler.js";
export { type RandomPlace, uniform } from "./random/philox.js";
export type { DryOptions } from "./sampling/edits/dry.js";
export type { PenaltyOptions } from "./sampling/edits/penalties.js";
export type { EngineLogits, TopLogits } from "./sampling/engine-logits.js";
export type { TokenLogprob } from "./sampling/logprobs.js";
export type { SamplingOptions } from "./sampling/options.js";
export { type SamplingPreset, type Stage, samplingOrders } from "./sampling/order.js";
export { LogitsSampler, type Sampled, type SampleOptions } from "./sampling/sampler.js";
export type { SamplingMark, SamplingState } from "./sampling/state.js";
export { type StopMark, StopMatcher } from "./sampling/stop-matcher.js";
export { checkSteps, type StepCoverage, type StepReport } from "./steps/check-steps.js";
export type { Claim, ClaimFlag, ClaimKind, ClaimVerdict, LineCheck } from "./steps/claim.js";
export type { Correction } from "./steps/correction.js";
export { type CheckMark, StepChecker, type StepCheckerOptions } from "./steps/step-checker.js";
