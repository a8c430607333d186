/** Reads the metrics of a cluster's endpoints every second, while somebody asks for them. */
import { throttled } from '#lib/log.ts';
import type { HostServices } from '#plugin-sdk/host.ts';

export const POLL_MS = 1_000;
const TIMEOUT_MS = 2_000;
/** What is older says nothing of the load. */
const FRESH_MS = 5_000;
/** Without a request for so long, endpoints are left alone. */
const IDLE_MS = 60_000;
/** The first request waits so long for the first reading. */
const FIRST_WAIT_MS = 1_000;

export interface Reading {
  readonly text: string;
  readonly atMs: number;
}

export class MetricsPoller {
  readonly #cluster: string;
  readonly #host: HostServices;
  readonly #log: ReturnType<typeof throttled>;
  readonly #readings = new Map<string, Reading>();
  readonly #asked = new Map<string, Promise<void>>();
  readonly #abort = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #first: Promise<void> | undefined;
  #wantedAtMs = 0;

  constructor(cluster: string, host: HostServices) {
    this.#cluster = cluster;
    this.#host = host;
    this.#log = throttled(host.log);
  }

  /** By address: of endpoints that have answered lately. */
  async read(): Promise<ReadonlyMap<string, Reading>> {
    const now = this.#host.now();
    this.#wantedAtMs = now;
    this.#first ??= this.#begin();
    await this.#first;
    const fresh = new Map<string, Reading>();
    for (const [address, reading] of this.#readings) {
      if (now - reading.atMs <= FRESH_MS) fresh.set(address, reading);
    }
    return fresh;
  }

  stop(): void {
    this.#abort.abort();
    clearTimeout(this.#timer);
  }

  async #begin(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, FIRST_WAIT_MS);
    });
    await Promise.race([this.#round(), enough]);
    clearTimeout(timer);
  }

  async #round(): Promise<void> {
    if (this.#abort.signal.aborted) return;
    this.#timer = setTimeout(() => this.#next(), POLL_MS);
    this.#timer.unref();
    const addresses = await this.#host.endpoints(this.#cluster);
    for (const address of this.#readings.keys()) if (!addresses.includes(address)) this.#readings.delete(address);
    await Promise.all(addresses.map((address) => this.#askOnce(address)));
  }

  #next(): void {
    if (this.#host.now() - this.#wantedAtMs <= IDLE_MS) {
      void this.#round();
      return;
    }
    this.#readings.clear();
    this.#first = undefined;
  }

  /** An endpoint that takes its time is not asked again meanwhile. */
  #askOnce(address: string): Promise<void> {
    const asking = this.#asked.get(address);
    if (asking !== undefined) return asking;
    const ask = this.#ask(address).finally(() => this.#asked.delete(address));
    this.#asked.set(address, ask);
    return ask;
  }

  async #ask(address: string): Promise<void> {
    const about = { cluster: this.#cluster, endpoint: address };
    try {
      const { status, body } = await this.#host.http.call({
        cluster: this.#cluster,
        endpoint: address,
        method: 'GET',
        path: '/metrics',
        timeoutMs: TIMEOUT_MS,
        signal: this.#abort.signal,
      });
      if (status !== 200) throw new Error(`it answered ${status}`);
      this.#readings.set(address, { text: body.toString('utf8'), atMs: this.#host.now() });
      this.#log.recovery(address, about, 'the metrics of an endpoint are read again');
    } catch (error) {
      this.#readings.delete(address);
      if (this.#abort.signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.failure(address, { ...about, reason }, 'the metrics of an endpoint cannot be read; it is not picked');
    }
  }
}
