/**
 * Keeps the plugin server's objects as the chart's values say: applied by server-side apply, looked at again whenever one of them or the values change,
 * owned by the ConfigMap with the values, so that they go when the chart goes.
 */

import { z } from 'zod';
import type { Logger } from '#lib/log.ts';
import { throttled } from '#lib/log.ts';
import { WorkQueue } from '#lib/work-queue.ts';
import { parseYaml } from '#lib/yaml.ts';
import { type KubeClient, KubeError } from '#sources/kube/client.ts';
import { type RawObject, Reflector } from '#sources/kube/reflector.ts';
import { MADE_HERE } from './objects.ts';
import {
  type GatewayPods,
  type ManagedObject,
  type PluginServerValues,
  pluginServerObjects,
  pluginServerValuesSchema,
} from './plugin-server-objects.ts';

export interface DeployerOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly log: Logger;
}

export const VALUES_CONFIG_MAP = 'higress-plugin-server';
/** Of the plugin server in a gateway pod, by the chart. */
const SIDECAR = 'plugin-server';
const KEY = 'plugin-server';
const VALUES_KEY = 'values.yaml';
const FIELD_MANAGER = 'higress-controller';
const APPLY_PATCH = 'application/apply-patch+yaml';

const COLLECTIONS = {
  Deployment: { base: '/apis/apps/v1', plural: 'deployments' },
  Service: { base: '/api/v1', plural: 'services' },
  PodDisruptionBudget: { base: '/apis/policy/v1', plural: 'poddisruptionbudgets' },
  HorizontalPodAutoscaler: { base: '/apis/autoscaling/v2', plural: 'horizontalpodautoscalers' },
} as const;

/** While gateway pods of two modes run, they are looked at this often. */
const MOVING_MS = 2_000;

interface Pod {
  readonly spec?: { readonly nodeName?: string; readonly initContainers?: readonly { readonly name: string }[] };
  readonly status?: { readonly phase?: string };
}

const KINDS = Object.keys(COLLECTIONS) as (keyof typeof COLLECTIONS)[];
const MANAGED = Object.entries(MADE_HERE)
  .map((label) => label.join('='))
  .join(',');

interface ValuesMap {
  readonly apiVersion?: string;
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly data?: Readonly<Record<string, string>>;
}

export class PluginServerDeployer {
  readonly #options: DeployerOptions;
  readonly #queue: WorkQueue;
  #reflectors: Reflector[] = [];
  #active = false;
  #moving: NodeJS.Timeout | undefined;

  constructor(options: DeployerOptions) {
    this.#options = options;
    const throttle = throttled(options.log);
    this.#queue = new WorkQueue({
      work: async (key) => {
        await this.#reconcile();
        throttle.recovery(key, {}, 'the plugin server is deployed as its values say');
      },
      onError: (key, error) =>
        throttle.failure(
          key,
          { error: (error as Error).message },
          'the plugin server could not be deployed; trying again',
        ),
      concurrency: 1,
      rate: 2,
    });
  }

  activate(): void {
    if (this.#active) return;
    this.#active = true;
    const { client, namespace } = this.#options;
    const changed = () => this.#queue.add(KEY);
    const sink = {
      listing: () => undefined,
      seen: () => undefined,
      listed: changed,
      changed,
      deleted: changed,
      failed: (error: Error) =>
        this.#options.log.debug({ err: error }, 'objects of the plugin server cannot be watched'),
      recovered: () => undefined,
    };
    const watch = (path: string, query: Readonly<Record<string, string>>) =>
      new Reflector({ client, path, query, sink });
    this.#reflectors = [
      watch(`/api/v1/namespaces/${namespace}/configmaps`, { fieldSelector: `metadata.name=${VALUES_CONFIG_MAP}` }),
      ...KINDS.map((kind) => watch(collection(kind, namespace), { labelSelector: MANAGED })),
    ];
    for (const reflector of this.#reflectors) reflector.start();
  }

  async deactivate(): Promise<void> {
    this.#active = false;
    clearTimeout(this.#moving);
    this.#queue.clear();
    await Promise.all(this.#reflectors.splice(0).map((reflector) => reflector.stop()));
  }

  async stop(): Promise<void> {
    await this.deactivate();
    await this.#queue.stop();
  }

  async #reconcile(): Promise<void> {
    const { client, namespace } = this.#options;
    const map = await client
      .request<ValuesMap>(`/api/v1/namespaces/${namespace}/configmaps/${VALUES_CONFIG_MAP}`)
      .catch((error: unknown) => {
        if (error instanceof KubeError && error.status === 404) return undefined;
        throw error;
      });
    if (map === undefined || !this.#active) return;
    const { name, uid } = map.metadata;
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name, uid };
    const values = readValues(map);
    const gateways = await this.#gatewayPods(values);
    const wanted = pluginServerObjects(values, namespace, owner, gateways);
    for (const object of wanted) await this.#apply(object);
    await this.#remove(wanted);
    this.#watchMove(values.mode === 'sidecar' ? gateways.someWithout : gateways.someWithSidecar);
  }

  /** Pods that end count: they have requests in hand. */
  async #gatewayPods({ gatewaySelector }: PluginServerValues): Promise<GatewayPods> {
    const { client, namespace } = this.#options;
    const labelSelector = Object.entries(gatewaySelector).map(([key, value]) => `${key}=${value}`);
    // Without a selector it would be all pods.
    if (labelSelector.length === 0) return { someWithSidecar: false, someWithout: false };
    const query = { labelSelector: labelSelector.join() };
    const { items = [] } = await client.request<{ items?: Pod[] }>(`/api/v1/namespaces/${namespace}/pods`, { query });
    const sidecars = items
      .filter(({ spec, status }) => spec?.nodeName !== undefined && !/^(Succeeded|Failed)$/.test(status?.phase ?? ''))
      .map(({ spec }) => spec?.initContainers?.some(({ name }) => name === SIDECAR) === true);
    return { someWithSidecar: sidecars.includes(true), someWithout: sidecars.includes(false) };
  }

  #watchMove(moving: boolean): void {
    const { log } = this.#options;
    if (moving && this.#moving === undefined)
      log.info({}, 'gateway pods of another pluginServer.mode still run; what they need stays until they are gone');
    clearTimeout(this.#moving);
    this.#moving = moving && this.#active ? setTimeout(() => this.#queue.add(KEY), MOVING_MS) : undefined;
  }

  async #apply(object: ManagedObject): Promise<void> {
    const { name, namespace } = object.metadata;
    await this.#options.client.request(`${collection(object.kind, namespace)}/${name}`, {
      method: 'PATCH',
      contentType: APPLY_PATCH,
      query: { fieldManager: FIELD_MANAGER, force: 'true' },
      body: object,
    });
  }

  /** Managed objects of an earlier name or of a kind that is switched off. */
  async #remove(wanted: readonly ManagedObject[]): Promise<void> {
    const { client, namespace } = this.#options;
    const keep = new Set(wanted.map(({ kind, metadata }) => `${kind}/${metadata.name}`));
    for (const kind of KINDS) {
      const path = collection(kind, namespace);
      const { items = [] } = await client.request<{ items?: RawObject[] }>(path, { query: { labelSelector: MANAGED } });
      for (const { metadata } of items)
        if (!keep.has(`${kind}/${metadata.name}`))
          await client.request(`${path}/${metadata.name}`, { method: 'DELETE' });
    }
  }
}

function readValues(map: ValuesMap) {
  const parsed = parseYaml(map.data?.[VALUES_KEY] ?? '');
  if (!parsed.ok) throw new Error(`ConfigMap ${map.metadata.name}, key ${VALUES_KEY}: ${parsed.error.message}`);
  const values = pluginServerValuesSchema.safeParse(parsed.value ?? {});
  if (values.success) return values.data;
  throw new Error(`ConfigMap ${map.metadata.name}, key ${VALUES_KEY}: ${z.prettifyError(values.error)}`);
}

function collection(kind: keyof typeof COLLECTIONS, namespace: string): string {
  const { base, plural } = COLLECTIONS[kind];
  return `${base}/namespaces/${namespace}/${plural}`;
}
