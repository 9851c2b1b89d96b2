export { detect, loadDefinition, type TokenizerFormat } from "./formats/resolve.js";
export { type TiktokenName, type TiktokenSettings, tiktokenSettings } from "./formats/tiktoken.js";
export { writeTokenizerJson } from "./formats/write-json.js";
