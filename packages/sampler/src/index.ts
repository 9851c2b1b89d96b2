export { SamplerError, type SamplerErrorCode } from "./errors.js";
