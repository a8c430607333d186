/**
 * Answers to HTTP-01 challenges, in a Secret that all replicas read: the leader asks the CA, but any replica may be asked by it.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { type KubeClient, KubeError, MERGE_PATCH } from '#sources/kube/client.ts';
import { MADE_HERE } from '../objects.ts';
import { type OwnerReference, withOwner } from '../release-owner.ts';

export const CHALLENGE_SECRET = 'higress-acme-challenges';

export interface ChallengeStoreOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  /** Owner of the Secret. */
  readonly owner: Promise<OwnerReference | undefined>;
  /** Between two reads; strangers can ask for any token. */
  readonly pauseMs?: number;
}

type Answers = Readonly<Record<string, string>>;

const TOKEN = /^[A-Za-z0-9_-]{1,200}$/;
const PAUSE_MS = 100;

export class ChallengeStore {
  readonly #options: ChallengeStoreOptions;
  /** The read that begins after the pause, for all who ask meanwhile. */
  #next: Promise<Answers> | undefined;
  #readAt = 0;

  constructor(options: ChallengeStoreOptions) {
    this.#options = options;
  }

  /** The key authorization of a token, as the API server knows it after the call; undefined when there is none. */
  async find(token: string): Promise<string | undefined> {
    if (!TOKEN.test(token)) return undefined;
    this.#next ??= this.#read();
    const answers = await this.#next;
    return Object.hasOwn(answers, token) ? answers[token] : undefined;
  }

  /** Only the leader writes. */
  async put(token: string, keyAuthorization: string): Promise<void> {
    const { client, namespace } = this.#options;
    const stringData = { [token]: keyAuthorization };
    const patched = await this.#patch({ stringData });
    if (patched) return;
    const ownerReferences = withOwner(undefined, await this.#options.owner);
    const metadata = {
      name: CHALLENGE_SECRET,
      labels: MADE_HERE,
      ...(ownerReferences !== undefined && { ownerReferences }),
    };
    const body = { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata, stringData };
    await client.request(`/api/v1/namespaces/${namespace}/secrets`, { method: 'POST', body });
  }

  async remove(token: string): Promise<void> {
    await this.#patch({ data: { [token]: null } });
  }

  /** What a leader before left behind. */
  async clear(): Promise<void> {
    const left = Object.keys(await this.#answers());
    if (left.length > 0) await this.#patch({ data: Object.fromEntries(left.map((token) => [token, null])) });
  }

  get #path(): string {
    return `/api/v1/namespaces/${this.#options.namespace}/secrets/${CHALLENGE_SECRET}`;
  }

  /** False when the Secret does not exist. */
  async #patch(body: unknown): Promise<boolean> {
    const { client } = this.#options;
    return client
      .request(this.#path, { method: 'PATCH', contentType: MERGE_PATCH, body })
      .then(() => true, ifMissing(false));
  }

  async #read(): Promise<Answers> {
    await delay(Math.max(0, this.#readAt + (this.#options.pauseMs ?? PAUSE_MS) - Date.now()));
    this.#next = undefined;
    this.#readAt = Date.now();
    return this.#answers();
  }

  async #answers(): Promise<Answers> {
    const { client } = this.#options;
    const secret = await client
      .request<{ readonly data?: Answers }>(this.#path)
      .catch(ifMissing({ data: {} as Answers }));
    const decoded = Object.entries(secret.data ?? {}).map(([token, value]) => [
      token,
      Buffer.from(value, 'base64').toString('utf8'),
    ]);
    return Object.fromEntries(decoded) as Answers;
  }
}

function ifMissing<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof KubeError && error.status === 404) return value;
    throw error;
  };
}
