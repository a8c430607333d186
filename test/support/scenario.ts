/**
 * Tests that share one gateway: each declares its Ingresses beside the requests that it makes, under a host of its own, and the gateway starts once
 * with the manifests of all of them.
 */
import { afterAll, beforeAll, it } from '@jest/globals';
import type { Problem } from '#ir/types.ts';
import { type Echo, type Seen, startEcho } from './echo.ts';
import { eventually, type Gateway, startGateway } from './gateway.ts';
import { type Reply, type SendOptions, send } from './send.ts';

const START_MS = 90_000;

/** Annotations without a prefix are of `higress.io/`. */
export interface Rule {
  readonly annotations?: Readonly<Record<string, string>>;
  /** Default `/`. */
  readonly path?: string;
  /** Default `Prefix`. */
  readonly pathType?: string;
  /** A Service; default `web`. None: the McpBridge, for `destination`. */
  readonly service?: string | null;
  /** Default: the host of the test. */
  readonly host?: string;
  /** Creation time in seconds after that of the first rule; default: its place in the list. */
  readonly age?: number;
  /** Secret of a certificate. */
  readonly tls?: string;
}

export class Scenario {
  readonly host: string;
  readonly #suite: Suite;

  constructor(host: string, suite: Suite) {
    this.host = host;
    this.#suite = suite;
  }

  get gateway(): Gateway {
    return this.#suite.gateway;
  }

  /** A request to the host of the test over plain HTTP. */
  readonly ask = (path = '/', options: SendOptions = {}): Promise<Reply> =>
    send(Number(new URL(this.gateway.urls.http).port), path, { host: this.host, ...options });

  /** The same over TLS. */
  readonly askTls = (path = '/', options: SendOptions = {}): Promise<Reply> => {
    const { host } = this;
    return send(Number(new URL(this.gateway.urls.https).port), path, { host, sni: host, ...options });
  };

  /** What the upstream saw of a request that it answered with 200. */
  readonly seen = async (path = '/', options: SendOptions = {}): Promise<Seen> => {
    const reply = await this.ask(path, options);
    if (reply.status !== 200) throw new Error(`${this.host}${path} answered ${reply.status}: ${reply.body}`);
    return JSON.parse(reply.body) as Seen;
  };

  /** How often each upstream answered. */
  readonly spread = async (
    requests: number,
    path = '/',
    options: SendOptions = {},
  ): Promise<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (let n = 0; n < requests; n += 1) {
      const { name } = await this.seen(path, options);
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  };

  /** Requests for a path that reached any upstream. */
  readonly arrived = (path: string): readonly Seen[] =>
    this.#suite.arrived.filter((one) => one.path === path && one.headers.host === this.host);

  /** What `/debug/model` says is wrong with the Ingresses of the test. */
  readonly problems = async (): Promise<readonly Problem[]> => {
    const { problems } = (await this.gateway.debug('model')) as { problems: readonly Problem[] };
    const own = this.host.replace(/\..*$/, '');
    return problems.filter(({ origin }) => origin.name.startsWith(`${own}-`));
  };

  /** A cluster as Envoy itself has it. */
  readonly cluster = async (name: string): Promise<Record<string, unknown>> => {
    const { configs } = (await this.gateway.debug('envoy')) as {
      configs: { dynamic_active_clusters?: { cluster: Record<string, unknown> }[] }[];
    };
    const found = configs
      .flatMap(({ dynamic_active_clusters: clusters = [] }) => clusters)
      .find(({ cluster }) => cluster.name === name);
    if (found === undefined) throw new Error(`Envoy has no cluster ${name}`);
    return found.cluster;
  };
}

export class Suite {
  readonly #files: Record<string, string> = {};
  readonly #services: Readonly<Record<string, readonly string[]>>;
  readonly #echoes = new Map<string, Echo>();
  #gateway: Gateway | undefined;
  #tests = 0;

  constructor(services: Readonly<Record<string, readonly string[]>>) {
    this.#services = services;
  }

  get gateway(): Gateway {
    if (this.#gateway === undefined) throw new Error('the gateway has not started yet');
    return this.#gateway;
  }

  /** All requests that reached an upstream, by upstream in the order of the services. */
  get arrived(): readonly Seen[] {
    return [...this.#echoes.values()].flatMap(({ seen }) => seen);
  }

  it(name: string, rules: readonly Rule[], body: (scenario: Scenario) => Promise<void>, timeoutMs = 20_000): void {
    this.#tests += 1;
    const id = `t${this.#tests}`;
    const host = `${id}.example.com`;
    if (rules.length > 0) {
      this.#files[`${id}.yaml`] = documents(rules.map((rule, index) => ingress(`${id}-${index}`, host, index, rule)));
    }
    it(name, () => body(new Scenario(host, this)), timeoutMs);
  }

  async start(more: (port: (upstream: string) => number) => readonly unknown[]): Promise<void> {
    for (const upstream of new Set(Object.values(this.#services).flat())) {
      this.#echoes.set(upstream, await startEcho(upstream));
    }
    const port = (upstream: string) => this.#echoes.get(upstream)?.port ?? 0;
    const services = Object.entries(this.#services).flatMap(([name, upstreams]) => service(name, upstreams.map(port)));
    const files = { ...this.#files, 'services.yaml': documents([...services, ...more(port)]) };
    this.#gateway = await startGateway({ files });
    await eventually(
      'the gateway is ready',
      async () => (await fetch(`${this.gateway.urls.admin}/ready`)).status === 200,
    );
  }

  async stop(): Promise<void> {
    await this.#gateway?.stop();
    for (const echo of this.#echoes.values()) await echo.stop();
  }
}

/** `services`: names of upstreams by Service. `more`: further objects, made when the ports of the upstreams are known. */
export function gatewaySuite(
  services: Readonly<Record<string, readonly string[]>>,
  more: (port: (upstream: string) => number) => readonly unknown[] = () => [],
): Suite {
  const suite = new Suite(services);
  beforeAll(() => suite.start(more), START_MS);
  afterAll(() => suite.stop());
  return suite;
}

function ingress(name: string, host: string, index: number, rule: Rule): unknown {
  const { annotations = {}, path = '/', pathType = 'Prefix', service: to = 'web', age = index, tls } = rule;
  const backend =
    to === null
      ? { resource: { apiGroup: 'networking.higress.io', kind: 'McpBridge', name: 'default' } }
      : { service: { name: to, port: { number: 80 } } };
  const full = Object.entries(annotations).map(([key, value]) => [
    key.includes('/') ? key : `higress.io/${key}`,
    value,
  ]);
  const created = new Date(Date.UTC(2026, 0, 1) + age * 1000).toISOString().replace('.000Z', 'Z');
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, annotations: Object.fromEntries(full), creationTimestamp: created },
    spec: {
      ingressClassName: 'higress',
      rules: [{ host: rule.host ?? host, http: { paths: [{ path, pathType, backend }] } }],
      ...(tls === undefined ? {} : { tls: [{ hosts: [rule.host ?? host], secretName: tls }] }),
    },
  };
}

function service(name: string, ports: readonly number[]): unknown[] {
  const slice = (port: number, index: number) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-${index}`, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: true } }],
    ports: [{ name: 'http', port }],
  });
  const spec = { ports: [{ name: 'http', port: 80, targetPort: 8080 }] };
  return [{ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec }, ...ports.map(slice)];
}

/** JSON is YAML. */
function documents(objects: readonly unknown[]): string {
  return objects.map((object) => JSON.stringify(object, null, 1)).join('\n---\n');
}
