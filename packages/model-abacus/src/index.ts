export { abacus, abacusDraft } from "./folders.js";
