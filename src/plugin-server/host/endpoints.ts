/** Where the endpoints of clusters are: what the control plane says, names resolved as Envoy resolves them. */
import { type LookupAddress, lookup } from 'node:dns';
import { isIP, isIPv6 } from 'node:net';
import type { UpstreamMessage } from '#xds/snapshot/resources.ts';

/** Addresses of names are good for so long; Envoy asks as often unless the name's owner grants more. */
const NAME_TTL_MS = 5_000;
const NONE: readonly string[] = Object.freeze([]);

export type ResolveName = (name: string) => Promise<readonly LookupAddress[]>;

interface Entry {
  readonly message: UpstreamMessage;
  list: readonly string[];
  /** Until when the list counts; infinite when there are no names in it. */
  goodUntil: number;
  resolving: Promise<readonly string[]> | undefined;
}

export class EndpointDirectory {
  readonly #resolveName: ResolveName;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();

  constructor(resolveName: ResolveName = resolveAll, now: () => number = Date.now) {
    this.#resolveName = resolveName;
    this.#now = now;
  }

  set(message: UpstreamMessage): void {
    const before = this.#entries.get(message.name)?.list ?? NONE;
    const entry: Entry = { message, list: before, goodUntil: 0, resolving: undefined };
    if (!message.dns) {
      entry.list = same(before, message.endpoints.map(addressText).sort());
      entry.goodUntil = Number.POSITIVE_INFINITY;
    }
    this.#entries.set(message.name, entry);
  }

  remove(name: string): void {
    this.#entries.delete(name);
  }

  /** Never rejects: while a name cannot be resolved, what it stood for before counts. */
  async of(cluster: string): Promise<readonly string[]> {
    const entry = this.#entries.get(cluster);
    if (entry === undefined) return NONE;
    if (this.#now() < entry.goodUntil) return entry.list;
    entry.resolving ??= this.#resolve(entry).finally(() => {
      entry.resolving = undefined;
    });
    // Known addresses need not wait for the answer.
    return entry.list.length > 0 ? entry.list : entry.resolving;
  }

  async #resolve(entry: Entry): Promise<readonly string[]> {
    const found = await Promise.all(
      entry.message.endpoints.map(async ({ address, port }) => {
        if (isIP(address) !== 0) return [addressText({ address, port })];
        const all = await this.#resolveName(address).catch((): readonly LookupAddress[] => []);
        const v4 = all.filter(({ family }) => family === 4);
        return (v4.length > 0 ? v4 : all).map((one) => addressText({ address: one.address, port }));
      }),
    );
    const list = [...new Set(found.flat())].sort();
    if (list.length > 0) entry.list = same(entry.list, list);
    entry.goodUntil = this.#now() + NAME_TTL_MS;
    return entry.list;
  }
}

function resolveAll(name: string): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    lookup(name, { all: true }, (error, found) => (error === null ? resolve(found) : reject(error)));
  });
}

/** As Envoy writes it. */
function addressText({ address, port }: { readonly address: string; readonly port: number }): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}

function same(before: readonly string[], after: readonly string[]): readonly string[] {
  return before.length === after.length && before.every((one, index) => one === after[index]) ? before : after;
}
