// A read-only npm registry on the loopback address that knows our own tarballs
// and sends the client on to the usual registry for everything else.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { basename } from "node:path";

/**
 * @param {import("./pack.mjs").Tarball[]} tarballs
 * @param {string} upstream  where unknown names are looked up
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export function serve(tarballs, upstream) {
  const byName = new Map(tarballs.map((tarball) => [tarball.manifest.name, tarball]));
  const byFile = new Map(tarballs.map((tarball) => [basename(tarball.file), tarball]));
  let url = "";

  function packument({ file, manifest }) {
    const integrity = `sha512-${createHash("sha512").update(readFileSync(file)).digest("base64")}`;
    const dist = { tarball: `${url}-/${basename(file)}`, integrity };
    return {
      name: manifest.name,
      "dist-tags": { latest: manifest.version },
      versions: { [manifest.version]: { ...manifest, dist } },
    };
  }

  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? "/").slice(1));
    const file = path.startsWith("-/") ? byFile.get(path.slice(2)) : undefined;
    const known = byName.get(path);
    if (request.method !== "GET") {
      response.writeHead(405).end();
    } else if (file) {
      response.end(readFileSync(file.file));
    } else if (known) {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(packument(known)));
    } else {
      response.writeHead(302, { location: new URL(request.url ?? "/", upstream).href }).end();
    }
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = /** @type {import("node:net").AddressInfo} */ (server.address());
      url = `http://127.0.0.1:${address.port}/`;
      resolve({ url, close: () => new Promise((done) => server.close(() => done())) });
    });
  });
}
