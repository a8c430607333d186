/** How the services of a configuration have done of late, over all routes of this process that have the same configuration. */
import { RecentPicks } from '../recent-picks.ts';
import type { ClusterConfig } from './config.ts';

interface Standing {
  inFlight: number;
  /** Milliseconds of the latest answers, oldest first. */
  readonly firstToken: number[];
  readonly total: number[];
}

export type Latency = 'firstToken' | 'total';

export class Standings {
  readonly #config: ClusterConfig;
  readonly #byService: ReadonlyMap<string, Standing>;
  readonly #recent = new RecentPicks();

  constructor(config: ClusterConfig) {
    this.#config = config;
    this.#byService = new Map(
      config.services.map((service) => [service, { inFlight: 0, firstToken: [], total: [] }] as const),
    );
  }

  /** The service that does best, by chance among equals; counts the request as in flight there. */
  take(random: () => number): string {
    const { services, rateLimit } = this.#config;
    const within = services.filter((service) => this.#recent.share(service) <= rateLimit);
    const allowed = within.length === 0 ? services : within;
    const best = Math.min(...allowed.map((service) => this.#score(service)));
    const equals = allowed.filter((service) => this.#score(service) === best);
    const service = equals[Math.floor(random() * equals.length)]!;
    this.#recent.add(service);
    this.#byService.get(service)!.inFlight += 1;
    return service;
  }

  giveBack(service: string): void {
    this.#byService.get(service)!.inFlight -= 1;
  }

  /** A failure counts as twice the worst: as fast as it may have come, it is no reason to go there again. */
  record(kind: Latency, service: string, ms: number, failed: boolean): void {
    const counted = failed ? 2 * Math.max(ms, ...[...this.#byService.values()].map((one) => mean(one[kind]))) : ms;
    const queue = this.#byService.get(service)![kind];
    queue.push(counted);
    if (queue.length > this.#config.queueSize) queue.shift();
  }

  #score(service: string): number {
    const standing = this.#byService.get(service)!;
    switch (this.#config.mode) {
      case 'LeastBusy':
        return standing.inFlight;
      case 'LeastFirstTokenLatency':
        return mean(standing.firstToken);
      case 'LeastTotalLatency':
        return mean(standing.total);
    }
  }
}

/** 0 for a service that has not answered yet: it is tried first. */
function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
