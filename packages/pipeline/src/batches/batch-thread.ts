// The thread that makes batches: opens the shards for itself, makes a batch for each
// request and hands its arrays over. Ends by itself once all is closed.

import { parentPort, workerData } from "node:worker_threads";
import { ensure } from "../errors.js";
import { openShards } from "../shards/open-shards.js";
import type { TokenShards } from "../shards/token-shards.js";
import { LocalMaker } from "./batch-maker.js";
import type { Batch } from "./build-batch.js";
import { packError, type Reply, type Request, type ThreadStart } from "./thread-messages.js";

const port = parentPort;
ensure(port !== null, "ERR_THREAD", () => "this file is the entry of a thread");
const { folder, fingerprint, job } = workerData as ThreadStart;
const stop = new AbortController();
const opening = open();
opening.catch(() => undefined); // each request gets the error

async function open(): Promise<{ shards: TokenShards; maker: LocalMaker }> {
  const shards = await openShards(folder, { signal: stop.signal });
  try {
    ensure(
      shards.fingerprint === fingerprint,
      "ERR_CHECKSUM",
      () => `${folder}: the shards are not those that were opened before`,
    );
    return { shards, maker: new LocalMaker(shards, job, stop.signal) };
  } catch (error) {
    await shards.dispose();
    throw error;
  }
}

async function answer(request: number): Promise<void> {
  let batch: Batch | undefined;
  try {
    batch = await (await opening).maker.make();
  } catch (error) {
    port?.postMessage({ request, error: packError(error) } satisfies Reply);
    return;
  }
  const arrays = batch ? [batch.tokens, batch.targets, batch.document, batch.positions] : [];
  port?.postMessage(
    { request, batch } satisfies Reply,
    arrays.map(({ buffer }) => buffer as ArrayBuffer),
  );
}

async function end(): Promise<void> {
  stop.abort();
  const opened = await opening.catch(() => undefined);
  await opened?.maker.end();
  await opened?.shards.dispose();
  port?.close();
}

port.on("message", (request: Request) => {
  if (request === "end") void end();
  else void answer(request);
});
