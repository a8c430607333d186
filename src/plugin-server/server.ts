/** The plugin server as one value: chains in from the control plane, ext_proc and HTTP faces out to Envoy. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Registry } from 'prom-client';
import type { ListenAddress } from '#lib/listen.ts';
import { sharedValues } from '#lib/shared-values.ts';
import type { PluginCatalogue } from '#plugin-sdk/definition.ts';
import type { HostServices, PluginLog } from '#plugin-sdk/host.ts';
import { redactConfig } from '#plugin-sdk/redact.ts';
import { AdsClient, PLUGIN_SERVER_CLUSTER, type TlsFiles } from '#xds/server/index.ts';
import { TYPE_URL } from '#xds/snapshot/resources.ts';
import { applyChains, applyUpstreams } from './chain-feed.ts';
import { ChainStore } from './chain-store.ts';
import { Exchanges } from './ext-proc/exchanges.ts';
import { startExtProc } from './ext-proc/server.ts';
import { startHop } from './hop/hop.ts';
import { EndpointDirectory } from './host/endpoints.ts';
import { type EgressAddress, egressClient } from './host/http-call.ts';
import { pluginMetrics } from './host/metrics.ts';
import { redisClients } from './host/redis.ts';
import { webReader } from './host/web.ts';
import { startHttpFace } from './http-face.ts';
import { byMount, type Mounts, startHttpDoor } from './mounts.ts';
import { pluginFiles } from './plugin-files.ts';

export interface PluginServerOptions {
  readonly catalogue: PluginCatalogue;
  readonly log: PluginLog;
  /** Where Envoy's ext_proc filters connect. */
  readonly extProc: ListenAddress;
  /** Unix socket of an Envoy beside this process that runs the module: exchanges of its filters go by connections that it shares for all of them. */
  readonly hop?: string | undefined;
  /** Where the requests of terminal plugins come, and the mounted handlers. */
  readonly http: ListenAddress;
  /** Envoy's egress listener; without it plugins cannot call out. */
  readonly egress?: EgressAddress | undefined;
  /** The control plane. Without it chains come by `store` only. */
  readonly ads?:
    | { readonly address: ListenAddress; readonly nodeId: string; readonly tls?: TlsFiles | undefined }
    | undefined;
  /** Further handlers of the HTTP face by path prefix, for example `/wasm/`. */
  readonly mounts?: Mounts | undefined;
  /** The HTTP face once more, without the requests of plugins: for the control plane and probes where `http` is a Unix socket. */
  readonly control?: ListenAddress | undefined;
  /** Where plugin files are served, by `/plugins/NAME/VERSION/plugin.wasm`, and the folder with `NAME/VERSION/plugin.wasm`. */
  readonly files?: { readonly address: ListenAddress; readonly dir: string | undefined } | undefined;
  readonly registry?: Registry | undefined;
  readonly now?: (() => number) | undefined;
  readonly random?: (() => number) | undefined;
  /** How long a request waits for a chain that has not arrived; default 10 s. */
  readonly chainWaitMs?: number | undefined;
  /** How long a hook may take before Envoy is asked to wait on; default 90 s. */
  readonly patienceMs?: number | undefined;
}

export interface PluginServerStatus {
  readonly chains: number;
  readonly streams: { readonly open: number; readonly total: number };
  /** Only where there is a hop: workers of Envoy that are connected, of all. */
  readonly hop?: { readonly connected: number; readonly of: number };
  /** A first set of chains has been taken over from the control plane. */
  readonly synced: boolean;
}

export interface PluginServer {
  readonly extProc: ListenAddress;
  readonly http: ListenAddress;
  /** As bound. */
  readonly files: ListenAddress | undefined;
  readonly store: ChainStore;
  readonly registry: Registry;
  status(): PluginServerStatus;
  /** Takes no new streams of Envoy and lets open ones end for `drainMs`, then closes everything. Default 0: streams are cut. */
  stop(drainMs?: number): Promise<void>;
}

export async function startPluginServer(options: PluginServerOptions): Promise<PluginServer> {
  const { catalogue, log } = options;
  const registry = options.registry ?? new Registry();
  const store = new ChainStore({
    catalogue,
    ...(options.chainWaitMs === undefined ? {} : { waitMs: options.chainWaitMs }),
  });
  const egress = egressClient(options.egress);
  const directory = new EndpointDirectory();
  const redis = redisClients((cluster) => directory.of(cluster), log);
  const hostOf = hosts({
    http: egress,
    endpoints: (cluster) => directory.of(cluster),
    redis,
    web: webReader(),
    shared: sharedValues(),
    metrics: pluginMetrics(registry),
    log,
    now: options.now ?? Date.now,
    random: options.random ?? Math.random,
  });
  const ads = options.ads && adsClient(options.ads, store, directory, log);
  const exchanges = new Exchanges({ chains: store, hostOf, log, patienceMs: options.patienceMs });
  const extProc = await startExtProc({ address: options.extProc, exchanges, log });
  const hop = options.hop === undefined ? undefined : startHop({ socket: options.hop, exchanges, log });
  const status = (): PluginServerStatus => ({
    chains: store.messages().length,
    streams: exchanges.counts,
    ...(hop === undefined ? {} : { hop: hop.workers() }),
    synced: ads?.synced ?? false,
  });
  const mounts: Mounts = {
    '/healthz': (_request, response) => answerJson(response, 200, status()),
    '/ready': (_request, response) =>
      answerJson(response, options.ads === undefined || status().synced ? 200 : 503, status()),
    '/metrics': async (_request, response) => {
      response.writeHead(200, { 'content-type': registry.contentType }).end(await registry.metrics());
    },
    '/debug/plugins': (_request, response) => answerJson(response, 200, debugPage(store, catalogue, status())),
    ...options.mounts,
  };
  const http = await startHttpFace({ address: options.http, chains: store, hostOf, log, mounts });
  const control = options.control && (await startHttpDoor(options.control, byMount(mounts), log));
  const files =
    options.files &&
    (await startHttpDoor(options.files.address, byMount({ '/plugins/': pluginFiles(options.files.dir) }), log));
  ads?.start();
  return {
    extProc: extProc.address,
    http: http.address,
    files: files?.address,
    store,
    registry,
    status,
    stop: async (drainMs = 0) => {
      // What streams need (chains, vendors, Redis) stays until the last one is over.
      await Promise.all([extProc.stop(drainMs), hop?.stop(drainMs)]);
      await ads?.stop();
      store.stop();
      await Promise.all([http.stop(), control?.stop(), files?.stop()]);
      egress.stop();
      redis.stop();
    },
  };
}

function adsClient(
  ads: NonNullable<PluginServerOptions['ads']>,
  store: ChainStore,
  directory: EndpointDirectory,
  log: PluginLog,
): AdsClient {
  return new AdsClient({
    address: ads.address,
    tls: ads.tls,
    node: { id: ads.nodeId, cluster: PLUGIN_SERVER_CLUSTER, metadata: { role: 'plugin-server' } },
    subscriptions: [
      { typeUrl: TYPE_URL.upstream, onResources: (update) => applyUpstreams(directory, update) },
      { typeUrl: TYPE_URL.chain, onResources: (update) => applyChains(store, update) },
    ],
    log,
  });
}

/** One set of services per plugin: its log lines carry its name. */
function hosts(base: HostServices): (plugin: string) => HostServices {
  const made = new Map<string, HostServices>();
  return (plugin) => {
    let host = made.get(plugin);
    if (host === undefined) {
      host = { ...base, log: named(base.log, plugin) };
      made.set(plugin, host);
    }
    return host;
  };
}

function named(log: PluginLog, plugin: string): PluginLog {
  return {
    debug: (fields, message) => log.debug({ plugin, ...fields }, message),
    info: (fields, message) => log.info({ plugin, ...fields }, message),
    warn: (fields, message) => log.warn({ plugin, ...fields }, message),
    error: (fields, message) => log.error({ plugin, ...fields }, message),
  };
}

function debugPage(store: ChainStore, catalogue: PluginCatalogue, status: PluginServerStatus): object {
  const chains = store.messages().map((message) => ({
    ...message,
    plugins: message.plugins.map((one) => ({ ...one, config: redactConfig(one.config, catalogue.get(one.plugin)) })),
  }));
  return { ...status, chains };
}

function answerJson(response: ServerResponse<IncomingMessage>, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(value, null, 2)}\n`);
}
