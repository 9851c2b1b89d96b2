// What is of Node: files on disk, the hub's cache and its token. Imported as `#node`, which is
// src/no-node.ts for browsers, so that what bundles for these has nothing to resolve.

export { open, readFile, rename } from "node:fs/promises";
export { storedToken } from "./formats/node-environment.js";
export { beside, openPlace, readStart, readWhole, startsWith } from "./formats/node-files.js";
export { HubCache } from "./formats/node-hub-cache.js";
