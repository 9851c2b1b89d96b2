// A session that tells how far the reading of a prompt is, and when it is over.

import type { ProofSession } from "@ryanstream/sampler";
import type { AppendProgress, Session } from "@ryanstream/scheduler";

export function progressSession(
  session: Session,
  onProgress: (progress: AppendProgress) => void,
  onRead: () => void,
): ProofSession {
  return {
    get length() {
      return session.length;
    },
    maxLength: session.maxLength,
    async append(tokens, want, { signal }) {
      const logits = await session.append(tokens, want, { signal, onProgress });
      onRead();
      return logits;
    },
    truncate: (length) => session.truncate(length),
    fork: () => progressSession(session.fork(), onProgress, onRead),
    [Symbol.dispose]: () => session[Symbol.dispose](),
  };
}
