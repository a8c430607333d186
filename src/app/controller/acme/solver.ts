/** Makes the answer to a challenge reachable from outside, and takes it away again. */
import type { Outcome } from '#app/control-plane/engine.ts';
import { type Clock, sleep } from '#lib/clock.ts';
import { type KubeClient, KubeError } from '#sources/kube/client.ts';
import { isChallengeSolver } from '#translate/challenge-solver.ts';
import type { ChallengeStore } from './challenge-store.ts';
import { type SolverPlace, solverIngress, solverName } from './solver-ingress.ts';

export interface SolverOptions {
  readonly client: KubeClient;
  readonly challenges: ChallengeStore;
  readonly place: SolverPlace;
  readonly clock: Clock;
  readonly settleMs?: number;
}

/** Gateways that other replicas serve may take the route a moment later than ours, or there may be none of ours. */
const SETTLE_MS = 2_000;
const PATIENCE_MS = 10_000;

export class Solver {
  readonly #options: SolverOptions;
  #outcome: Outcome | undefined;
  #onOutcome: (() => void) | undefined;

  constructor(options: SolverOptions) {
    this.#options = options;
  }

  changed(outcome: Outcome): void {
    this.#outcome = outcome;
    this.#onOutcome?.();
  }

  /** Resolves when gateways lead to the answer, as far as this replica can know, or the signal is aborted. */
  async present(domain: string, token: string, keyAuthorization: string, signal: AbortSignal): Promise<void> {
    const { client, challenges, place } = this.#options;
    await challenges.put(token, keyAuthorization);
    await this.#delete(solverName(domain));
    const { metadata } = await client.request<{ readonly metadata: { readonly uid: string } }>(this.#path, {
      method: 'POST',
      body: solverIngress(domain, token, place),
    });
    await this.#programmed(metadata.uid, signal);
  }

  async withdraw(domain: string, token: string): Promise<void> {
    await this.#delete(solverName(domain));
    await this.#options.challenges.remove(token);
  }

  /** What a leader before left behind. */
  async clear(): Promise<void> {
    const { namespace } = this.#options.place;
    const left = (this.#outcome?.world.ingresses ?? []).filter((one) => isChallengeSolver(one, namespace));
    for (const { metadata } of left) await this.#delete(metadata.name);
    await this.#options.challenges.clear();
  }

  get #path(): string {
    return `/apis/networking.k8s.io/v1/namespaces/${this.#options.place.namespace}/ingresses`;
  }

  async #delete(name: string): Promise<void> {
    await this.#options.client.request(`${this.#path}/${name}`, { method: 'DELETE' }).catch((error: unknown) => {
      if (!(error instanceof KubeError && error.status === 404)) throw error;
    });
  }

  async #programmed(uid: string, signal: AbortSignal): Promise<void> {
    const { clock, settleMs = SETTLE_MS } = this.#options;
    const ended = new AbortController();
    const check = () => {
      const { world, programmed } = this.#outcome ?? {};
      if (programmed === true && world?.ingresses.some(({ metadata }) => metadata.uid === uid)) ended.abort();
    };
    this.#onOutcome = check;
    check();
    await sleep(clock, PATIENCE_MS, AbortSignal.any([signal, ended.signal]));
    this.#onOutcome = undefined;
    await sleep(clock, settleMs, signal);
  }
}
