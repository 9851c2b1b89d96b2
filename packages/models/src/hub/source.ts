// One file of a repository at a commit: where it is, and what answers mean that aren't it.

import { refusal } from "./refusal.js";
import type { Answer, Connection } from "./request.js";

export interface Source {
  readonly connection: Connection;
  readonly repository: string;
  readonly commit: string;
  readonly file: string;
}

export const urlOf = ({ connection, repository, commit, file }: Source): string =>
  `${connection.endpoint}/${repository}/resolve/${commit}/${file.split("/").map(encodeURIComponent).join("/")}`;

/**
 * @param fine  whether the status is one that was hoped for
 * @throws HubError or Passing, as the hub refuses
 */
export function checkStatus(source: Source, { response, onHub }: Answer, fine: boolean): void {
  if (fine) return;
  const { connection, repository, commit: revision, file } = source;
  const { endpoint, token } = connection;
  const hasToken = token !== undefined;
  throw refusal({ response, onHub, repository, revision, file, endpoint, hasToken });
}
