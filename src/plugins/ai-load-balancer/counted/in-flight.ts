/** Requests in flight as Redis counts them for all gateways: taken by a script, given back when the exchange is over. */
import { SecretText } from '#lib/secret.ts';
import type { Held } from '#lib/shared-values.ts';
import type { HookContext } from '#plugin-sdk/hooks.ts';
import type { HostServices, RedisClient, RedisScript } from '#plugin-sdk/host.ts';
import type { CountedConfig } from './config.ts';
import { GIVE_BACK } from './scripts.ts';

/** Of one request. */
export interface CountState {
  over: boolean;
  taken: { readonly table: string; readonly address: string } | undefined;
  redis: Held<RedisClient> | undefined;
}

/** What a script answered, when it counted. */
export interface Taken {
  readonly address: string;
  readonly counted: boolean;
  readonly rest: readonly unknown[];
}

type Context = HookContext<CountState>;
type ReadTaken = (answer: unknown) => Taken;

export class InFlight {
  readonly #config: CountedConfig;
  /** Given back while Redis could not be reached, by table and address. */
  readonly #owed = new Map<string, { readonly table: string; readonly address: string; count: number }>();
  #held: Held<RedisClient> | undefined;

  constructor(config: CountedConfig) {
    this.#config = config;
  }

  newState(): CountState {
    return { over: false, taken: undefined, redis: undefined };
  }

  /** Undefined when Redis does not help: its connection tells the log. */
  async take(
    context: Context,
    script: RedisScript,
    more: { readonly keys: readonly string[]; readonly args: readonly (string | number)[] },
    read: ReadTaken,
  ): Promise<Taken | undefined> {
    const { state, host } = context;
    const table = tableOf(context);
    const redis = this.#redis(host);
    try {
      const answer = await redis.run(script, [table, ...more.keys], more.args, (late) => {
        const { address, counted } = read(late);
        if (counted) void this.#giveBack(redis, table, address, 1);
      });
      const taken = read(answer);
      if (taken.counted) {
        // The count outlives the chain, when that changes meanwhile.
        state.redis = this.#hold(host);
        state.taken = { table, address: taken.address };
        if (state.over) await this.end(state);
      }
      this.#payBack(redis);
      return taken;
    } catch (error) {
      host.log.debug({ route: context.routeName, reason: String(error) }, 'the usual policy decides');
      return undefined;
    }
  }

  /** The exchange is over; harmless when nothing was counted. */
  async end(state: CountState): Promise<void> {
    const { taken, redis } = state;
    state.over = true;
    state.taken = undefined;
    state.redis = undefined;
    if (taken !== undefined && redis !== undefined) await this.#giveBack(redis.value, taken.table, taken.address, 1);
    redis?.release();
  }

  dispose(): void {
    this.#held?.release();
    this.#held = undefined;
  }

  async #giveBack(redis: RedisClient, table: string, address: string, count: number): Promise<void> {
    try {
      await redis.run(GIVE_BACK, [table], [address, count]);
    } catch {
      const key = `${table} ${address}`;
      const owed = this.#owed.get(key) ?? { table, address, count: 0 };
      owed.count += count;
      this.#owed.set(key, owed);
    }
  }

  #payBack(redis: RedisClient): void {
    if (this.#owed.size === 0) return;
    const all = [...this.#owed.values()];
    this.#owed.clear();
    for (const { table, address, count } of all) void this.#giveBack(redis, table, address, count);
  }

  #redis(host: HostServices): RedisClient {
    this.#held ??= this.#hold(host);
    return this.#held.value;
  }

  #hold(host: HostServices): Held<RedisClient> {
    const { password, ...rest } = this.#config.redis;
    return host.redis.hold({ ...rest, ...(password === '' ? {} : { password: new SecretText(password) }) });
  }
}

/** The name that Higress gives the hash. */
function tableOf({ routeName, clusterName }: Context): string {
  return `higress:global_least_request_table:${routeName}:${clusterName}`;
}

export function cleanTimeKey({ routeName, clusterName }: Context): string {
  return `higress:global_least_request_table:last_clean_time:${routeName}:${clusterName}`;
}

/** A number that decides among equals. */
export function seed({ host }: Context): number {
  return Math.floor(host.random() * 2 ** 31);
}
