// What loading needs of Node, imported as one where there is one: files on disk, the hub's cache
// and its token.

export { storedToken } from "./node-environment.js";
export { beside, openPlace, readStart, readWhole, startsWith } from "./node-files.js";
export { HubCache } from "./node-hub-cache.js";
