/** Connections to the Redis servers that plugins use: one for each service and user, kept up, and quick to say no while they are down. */

import { createConnection, Socket } from 'node:net';
import { AbstractConnector, Redis } from 'ioredis';
import { contentHash } from '#lib/hash.ts';
import { throttled } from '#lib/log.ts';
import { type Held, sharedValues } from '#lib/shared-values.ts';
import type { PluginLog, RedisClient, RedisScript, RedisService } from '#plugin-sdk/host.ts';

/** The reason never holds arguments of commands. */
export class RedisError extends Error {
  readonly cluster: string;

  constructor(cluster: string, reason: string) {
    super(`the Redis at ${cluster} failed: ${reason}`);
    this.name = 'RedisError';
    this.cluster = cluster;
  }
}

export interface RedisClients {
  hold(service: RedisService): Held<RedisClient>;
  stop(): void;
}

const CONNECT_TIMEOUT_MS = 5_000;
const DISCONNECT_MS = 1_000;
const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 2_000;
/** How often the address in use is compared with those of the service. */
const ADDRESS_CHECK_MS = 5_000;
/** A connection that owes an answer for so long is given up. */
const DEAD_MS = 10_000;

type Endpoints = (cluster: string) => Promise<readonly string[]>;

export function redisClients(endpoints: Endpoints, log: PluginLog): RedisClients {
  const shared = sharedValues();
  const all = new Set<Connection>();
  return {
    hold: (service) => {
      const { password, ...rest } = service;
      return shared.hold(
        contentHash({ ...rest, password: password?.reveal() }),
        () => {
          const made = new Connection(service, endpoints, log);
          all.add(made);
          return made;
        },
        (dropped) => {
          all.delete(dropped);
          dropped.stop();
        },
      );
    },
    stop: () => {
      for (const one of all) one.stop();
      all.clear();
    },
  };
}

class Connection implements RedisClient {
  readonly #service: RedisService;
  readonly #client: Redis;
  readonly #route: Route;
  readonly #log: ReturnType<typeof throttled>;
  readonly #timer: NodeJS.Timeout;
  /** Settled once the first try has ended either way. */
  readonly #firstTry: Promise<void>;
  #up = false;
  #stopped = false;
  #lastReason = 'there is no connection yet';
  /** Since when the server has owed the answer to a command that was given up; no further one is sent meanwhile. */
  #silentSince: number | undefined;

  constructor(service: RedisService, endpoints: Endpoints, log: PluginLog) {
    this.#service = service;
    this.#log = throttled(log);
    this.#route = new Route(
      () => endpoints(service.cluster),
      (reason) => this.#failed(reason),
    );
    const route = this.#route;
    this.#client = new Redis({
      lazyConnect: true,
      protocol: 2 as const,
      Connector: class extends AbstractConnector {
        declare protected stream: Socket;

        constructor() {
          super(DISCONNECT_MS);
        }

        async connect(): Promise<Socket> {
          this.connecting = true;
          this.stream = await route.open();
          if (!this.connecting) this.stream.destroy(new Error('the connection was closed'));
          this.stream.once('error', (error) => {
            this.firstError = error;
          });
          return this.stream;
        }
      },
      ...(service.username ? { username: service.username } : {}),
      ...(service.password ? { password: service.password.reveal() } : {}),
      db: service.database ?? 0,
      connectTimeout: CONNECT_TIMEOUT_MS,
      retryStrategy: (times: number) => Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** (times - 1)),
      // Whoever waits has another way; and a command that may have run must not run twice.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
    });
    this.#client.on('error', (error: Error) => this.#failed(error.message));
    this.#client.on('ready', () => {
      this.#silentSince = undefined;
      this.#up = true;
      this.#log.recovery('redis', { redis: service.cluster }, 'a Redis can be reached again');
    });
    this.#client.on('close', () => {
      this.#silentSince = undefined;
      if (this.#up && !this.#stopped) this.#failed('the connection was closed');
      this.#up = false;
    });
    this.#firstTry = this.#client.connect().catch(() => undefined);
    this.#timer = setInterval(() => void this.#checkAddress(), ADDRESS_CHECK_MS);
    this.#timer.unref();
  }

  call(command: string, ...args: readonly (string | number)[]): Promise<unknown> {
    return this.#within(() => this.#client.call(command, ...args));
  }

  run(
    script: RedisScript,
    keys: readonly string[],
    args: readonly (string | number)[],
    late?: (answer: unknown) => void,
  ): Promise<unknown> {
    return this.#within(async () => {
      try {
        return await this.#client.evalsha(script.sha1, keys.length, ...keys, ...args);
      } catch (error) {
        if (!(error as Error).message.startsWith('NOSCRIPT')) throw error;
        return this.#client.eval(script.lua, keys.length, ...keys, ...args);
      }
    }, late);
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
    // What has been sent is answered first.
    if (this.#ready) this.#client.quit().catch(() => this.#client.disconnect());
    else this.#client.disconnect();
  }

  async #within(send: () => Promise<unknown>, late?: (answer: unknown) => void): Promise<unknown> {
    const { timeoutMs, cluster } = this.#service;
    if (!this.#ready) {
      await Promise.race([this.#firstTry, new Promise((resolve) => setTimeout(resolve, timeoutMs).unref())]);
      if (!this.#ready) throw new RedisError(cluster, this.#lastReason);
    }
    if (this.#silentSince !== undefined) throw new RedisError(cluster, 'it owes the answers to earlier commands');
    return new Promise((resolve, reject) => {
      let over = false;
      const timer = setTimeout(() => {
        over = true;
        this.#silentSince ??= Date.now();
        const reason = `no answer within ${timeoutMs} ms`;
        this.#failed(reason);
        reject(new RedisError(cluster, reason));
      }, timeoutMs);
      send().then(
        (answer) => {
          clearTimeout(timer);
          this.#silentSince = undefined;
          if (over) {
            this.#log.recovery('redis', { redis: cluster }, 'a Redis can be reached again');
            late?.(answer);
          } else resolve(answer);
        },
        (error: Error) => {
          clearTimeout(timer);
          if (!over) reject(new RedisError(cluster, error.message));
        },
      );
    });
  }

  get #ready(): boolean {
    return this.#client.status === 'ready';
  }

  #failed(reason: string): void {
    this.#lastReason = reason;
    this.#log.failure('redis', { redis: this.#service.cluster, reason }, 'a Redis cannot be reached; trying on');
  }

  async #checkAddress(): Promise<void> {
    const dead = this.#silentSince !== undefined && Date.now() - this.#silentSince > DEAD_MS;
    if (this.#ready && (dead || (await this.#route.moved()))) this.#client.disconnect(true);
  }
}

/** From a service to a socket: its endpoints in turn, one for each try. */
class Route {
  readonly #endpoints: () => Promise<readonly string[]>;
  readonly #tell: (reason: string) => void;
  #tries = 0;
  #address = '';

  constructor(endpoints: () => Promise<readonly string[]>, tell: (reason: string) => void) {
    this.#endpoints = endpoints;
    this.#tell = tell;
  }

  async open(): Promise<Socket> {
    const list = await this.#endpoints();
    const address = list[this.#tries % list.length];
    this.#tries += 1;
    if (address === undefined) {
      this.#tell('no endpoint of the service is known');
      // A socket that is closed already leads to the next try.
      return new Socket().destroy();
    }
    this.#address = address;
    const colon = address.lastIndexOf(':');
    const host = address.slice(0, colon).replace(/^\[|\]$/g, '');
    return createConnection({ host, port: Number(address.slice(colon + 1)) });
  }

  /** The service has other endpoints now. */
  async moved(): Promise<boolean> {
    const list = await this.#endpoints();
    return list.length > 0 && !list.includes(this.#address);
  }
}
