/**
 * Certificates that `higress-https` wants of a CA: asked for when they are missing, and ahead of their end. One at a time, by the leader only; what fails
 * is told on the ConfigMap and tried again with growing pauses, at once when the ConfigMap or the Secret changes.
 */
import type { Outcome } from '#app/control-plane/engine.ts';
import type { Problem } from '#ir/types.ts';
import { type Backoff, createBackoff } from '#lib/backoff.ts';
import { type Clock, sleep, systemClock } from '#lib/clock.ts';
import type { Logger } from '#lib/log.ts';
import { createHttpsReader, type HigressHttps, type SharedCredential } from '#model/config-map.ts';
import type { Secret } from '#model/secret.ts';
import type { WorldSettings } from '#model/world.ts';
import { type KubeClient, KubeError } from '#sources/kube/client.ts';
import { accountKey } from './account.ts';
import { type Issued, issue, TooManyRequests } from './certificate-authority.ts';
import { readSecret, tryWrite, writeSecret } from './certificate-secret.ts';
import type { ChallengeStore } from './challenge-store.ts';
import { type Due, dueOf } from './due.ts';
import { Solver } from './solver.ts';
import type { SolverPlace } from './solver-ingress.ts';

export interface AutomaticHttpsOptions {
  readonly client: KubeClient;
  readonly world: Pick<WorldSettings, 'systemNamespace' | 'automaticHttps'>;
  readonly directoryUrl: string;
  readonly challenges: ChallengeStore;
  readonly place: SolverPlace;
  readonly onProblems: (problems: readonly Problem[]) => void;
  readonly log: Logger;
  readonly clock?: Clock;
}

interface Wish {
  readonly credential: SharedCredential;
  readonly domain: string;
  readonly backoff: Backoff;
  /** As the watch had it when it was looked at last. */
  secret: Secret | undefined;
  due: Due;
  problem?: Problem;
  /** Got, but not written yet. */
  issued?: Issued;
}

/** A CA refuses more than five failed tries of a host in an hour. */
const BACKOFF = { baseMs: 300_000, maxMs: 12 * 3_600_000 };
/** Somebody who takes our Secrets away must not make us ask again and again. */
const GAP_MS = 300_000;
/** Timers cannot wait for months. */
const LONGEST_WAIT_MS = 3_600_000;

export class AutomaticHttps {
  readonly #options: AutomaticHttpsOptions;
  readonly #clock: Clock;
  readonly #solver: Solver;
  readonly #httpsOf: ReturnType<typeof createHttpsReader>;
  #wishes: ReadonlyMap<string, Wish> = new Map();
  #https: HigressHttps | undefined;
  #configuration = '';
  #secrets: Outcome['world']['secrets'] | undefined;
  /** When the CA was asked last, by Secret. */
  readonly #askedAtMs = new Map<string, number>();
  #stop: AbortController | undefined;
  #running: Promise<void> = Promise.resolve();
  #wake = new AbortController();

  constructor(options: AutomaticHttpsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#solver = new Solver({ ...options, clock: this.#clock });
    this.#httpsOf = createHttpsReader(options.world);
  }

  activate(): void {
    const stop = new AbortController();
    this.#stop = stop;
    this.#running = this.#running.then(() => this.#run(stop.signal));
  }

  deactivate(): void {
    this.#stop?.abort();
    this.#stop = undefined;
    this.#wishes = new Map();
    this.#https = undefined;
    this.#options.onProblems([]);
  }

  async stop(): Promise<void> {
    this.#stop?.abort();
    await this.#running;
  }

  changed(outcome: Outcome): void {
    this.#solver.changed(outcome);
    if (this.#options.world.automaticHttps === undefined) return;
    const { configMaps, secrets } = outcome.world;
    const https = this.#httpsOf(configMaps);
    if (https === this.#https && secrets === this.#secrets) return;
    if (this.#update(https, secrets)) this.#wake.abort();
  }

  /** False when nothing changed that a certificate depends on. */
  #update(https: HigressHttps, secrets: Outcome['world']['secrets']): boolean {
    const { account, credentials, renewBeforeDays } = https;
    const configuration = JSON.stringify([account, renewBeforeDays, credentials]);
    const edited = configuration !== this.#configuration || this.#https === undefined;
    this.#https = https;
    this.#configuration = configuration;
    this.#secrets = secrets;
    const wanted = account === undefined ? [] : credentials.filter(({ issuer }) => issuer !== '');
    if (!edited && wanted.length === 0) return false;
    const names = new Set<string>(wanted.map(nameOf));
    const found = new Map<string, Secret>();
    for (const secret of secrets) {
      const name = `${secret.metadata.namespace}/${secret.metadata.name}`;
      if (names.has(name)) found.set(name, secret);
    }
    let changed = edited;
    const wishes = new Map<string, Wish>();
    for (const credential of wanted) {
      const name = nameOf(credential);
      const secret = found.get(name);
      const known = edited ? undefined : this.#wishes.get(name);
      if (known !== undefined && known.secret === secret) wishes.set(name, known);
      else {
        const wish = this.#wish(credential, secret, https);
        const askedAtMs = edited ? undefined : this.#askedAtMs.get(name);
        if (wish.due !== 'foreign' && askedAtMs !== undefined) {
          wish.due = { atMs: Math.max(wish.due.atMs, askedAtMs + GAP_MS) };
        }
        wishes.set(name, wish);
        changed = true;
      }
    }
    this.#wishes = wishes;
    return changed;
  }

  #wish(credential: SharedCredential, secret: Secret | undefined, { renewBeforeDays }: HigressHttps): Wish {
    const [domain = ''] = credential.domains;
    const due = dueOf(secret, domain, credential.issuer, renewBeforeDays);
    const problem = due === 'foreign' ? foreignProblem(credential) : undefined;
    return { credential, domain, backoff: createBackoff(BACKOFF), secret, due, ...(problem && { problem }) };
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { log, world } = this.#options;
    if (world.automaticHttps === undefined) return;
    if (this.#https === undefined) await this.#sleep(LONGEST_WAIT_MS, signal);
    await this.#solver
      .clear()
      .catch((error: unknown) => log.warn({ err: error }, 'old challenges could not be removed'));
    while (!signal.aborted) {
      this.#tell();
      const now = this.#clock.now();
      const [next] = [...this.#wishes.values()]
        .flatMap((wish) => (wish.due === 'foreign' ? [] : [{ wish, atMs: wish.due.atMs }]))
        .sort((a, b) => a.atMs - b.atMs);
      const waitMs = Math.min((next?.atMs ?? Number.POSITIVE_INFINITY) - now, LONGEST_WAIT_MS);
      if (next === undefined || waitMs > 0) {
        await this.#sleep(waitMs, signal);
      } else await this.#attempt(next.wish, signal);
    }
  }

  /** Until something changed that a certificate depends on, at the longest. */
  async #sleep(waitMs: number, signal: AbortSignal): Promise<void> {
    await sleep(this.#clock, waitMs, AbortSignal.any([signal, this.#wake.signal]));
    this.#wake = new AbortController();
  }

  #tell(): void {
    this.#options.onProblems([...this.#wishes.values()].flatMap(({ problem }) => problem ?? []));
  }

  async #attempt(wish: Wish, signal: AbortSignal): Promise<void> {
    const { log } = this.#options;
    const { credential, domain, backoff } = wish;
    const where = { domain, secret: nameOf(credential) };
    try {
      const renewed = await this.#renew(wish, signal);
      if (renewed && !signal.aborted) log.info(where, 'a certificate was issued');
      delete wish.problem;
    } catch (error) {
      if (signal.aborted) return;
      const pauseMs = Math.max(backoff.next(), error instanceof TooManyRequests ? error.pauseMs : 0);
      const atMs = this.#clock.now() + pauseMs;
      wish.due = { atMs };
      wish.problem = failure(credential, domain, error as Error, new Date(atMs));
      log.warn({ ...where, err: error, againInSeconds: Math.round(pauseMs / 1000) }, 'a certificate could not be got');
    }
  }

  /** False when it turned out not to be due. */
  async #renew(wish: Wish, signal: AbortSignal): Promise<boolean> {
    const { client } = this.#options;
    const { credential, domain, backoff } = wish;
    const { secret: name, issuer } = credential;
    const days = this.#https?.renewBeforeDays ?? 0;
    const before = await readSecret(client, name);
    const due = dueOf(before?.secret, domain, issuer, days);
    if (due === 'foreign' || due.atMs > this.#clock.now()) {
      wish.due = due;
      return false;
    }
    await tryWrite(client, name, before);
    if (wish.issued === undefined) this.#askedAtMs.set(nameOf(credential), this.#clock.now());
    wish.issued ??= await this.#ask(domain, signal);
    if (signal.aborted) return false;
    const now = new Date(this.#clock.now());
    await writeSecret(client, name, wish.issued, { domain, source: issuer, before, now });
    delete wish.issued;
    const after = await readSecret(client, name);
    wish.due = dueOf(after?.secret, domain, issuer, days);
    backoff.reset();
    return true;
  }

  /** A conversation with the CA cannot be broken off, but nobody need wait for its end. */
  async #ask(domain: string, signal: AbortSignal): Promise<Issued> {
    const { client, world, directoryUrl } = this.#options;
    const { email } = this.#https?.account ?? {};
    if (email === undefined) throw new Error('nobody is named who asks for certificates');
    const key = await accountKey(client, world.systemNamespace);
    const asked = issue({
      directoryUrl,
      accountKey: key,
      email,
      domain,
      present: async (token, keyAuthorization) => {
        signal.throwIfAborted();
        await this.#solver.present(domain, token, keyAuthorization, signal);
        signal.throwIfAborted();
      },
      withdraw: (token) => this.#solver.withdraw(domain, token),
    });
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error('this replica no longer leads')), { once: true });
    });
    return Promise.race([asked, aborted]);
  }
}

function nameOf({ secret: { namespace, name } }: SharedCredential): string {
  return `${namespace}/${name}`;
}

function foreignProblem({ secret, origin, domains, issuer }: SharedCredential): Problem {
  return {
    severity: 'warning',
    reason: 'SecretNotOurs',
    origin: { ...origin, path: `${origin.path}.tlsSecret` },
    value: `${secret.namespace}/${secret.name}`,
    message: `Secret ${secret.namespace}/${secret.name} was not made for ${issuer}, so no certificate for ${domains[0]} is put into it`,
    hint: 'name a Secret that does not exist yet, delete this one, or leave tlsIssuer away',
  };
}

function failure({ secret, origin, issuer }: SharedCredential, domain: string, error: Error, again: Date): Problem {
  const forbidden = error instanceof KubeError && error.status === 403;
  const advice = forbidden
    ? `set controller.automaticHttps.email of the chart; in another namespace than the gateway's own, also allow the controller to create and update Secrets in namespace ${secret.namespace}`
    : `see that http://${domain}/.well-known/acme-challenge/ leads to this gateway, on port 80`;
  return {
    severity: 'error',
    reason: 'CertificateNotIssued',
    origin,
    value: domain,
    message: `no certificate for ${domain} from ${issuer}: ${error.message}`,
    hint: `${advice}; the next try is at ${again.toISOString()}, or when the ConfigMap changes`,
  };
}
