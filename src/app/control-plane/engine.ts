/**
 * The middle of every control plane, with Kubernetes or without: sources in, resources out over ADS, problems kept, pages about all of it.
 * What differs (where objects come from, addresses, credentials, who else wants to know) comes as options.
 */
import { z } from 'zod';
import { AdminServer, type DebugFor, QuestionError } from '#app/admin/server.ts';
import { redactTexts, secretTexts } from '#app/envoy/redact-dump.ts';
import { ControlPlaneMetrics, mergedMetrics } from '#app/metrics.ts';
import { VERSION } from '#app/version.ts';
import type { Gateway, Problem } from '#ir/types.ts';
import { sleep, systemClock } from '#lib/clock.ts';
import type { Logger } from '#lib/log.ts';
import type { World, WorldSettings } from '#model/world.ts';
import { catalogue } from '#plugins/index.ts';
import { createTranslator } from '#translate/translate.ts';
import { createLastGood, createPluginBinder } from '#translate/wasm-plugin/bind.ts';
import { type Builder, createBuilder } from '#xds/build/build.ts';
import type { ExplainEntry } from '#xds/build/explain.ts';
import type { BuildOptions } from '#xds/build/options.ts';
import { AdsServer, type ListenOptions, type NackReport } from '#xds/server/index.ts';
import { RESOURCE_TYPES, type ResourceSet, SnapshotStore } from '#xds/snapshot/index.ts';
import { debugPages, watcherPage } from './debug-pages.ts';
import type { ModuleServer } from './module-client.ts';
import { ModuleFleet } from './module-fleet.ts';
import { Pipeline, type PipelineResult } from './pipeline.ts';
import { diffQuestionSchema, previewDiff } from './preview.ts';
import { ProblemBook } from './problem-book.ts';
import { pullCredentials } from './pull-credentials.ts';
import type { SourceListener, Sources } from './sources.ts';
import { WasmResolver } from './wasm-resolver.ts';

export interface EngineOptions {
  readonly world: WorldSettings;
  readonly build: Omit<BuildOptions, 'wasm'>;
  /** What gateways of this version call their native module; absent = they do not say, and are all alike. */
  readonly nativeModuleName?: string;
  /** Where to serve xDS; may come later than everything else is begun. */
  readonly ads: ListenOptions | Promise<ListenOptions>;
  readonly admin: { readonly host: string; readonly port: number };
  /** Who gets anything of `/debug`. Default everybody that reaches the address. */
  readonly debugFor?: DebugFor;
  readonly modules: ModuleServer;
  readonly startSources: (listener: SourceListener) => Sources;
  /** Further reasons not to be ready. */
  readonly notReadyBecause?: () => readonly string[];
  /** Expositions of other processes, put together with our own under `/metrics`. */
  readonly moreMetrics?: readonly (() => Promise<string>)[];
  /** False: ready also while no gateway and no plugin server is connected. Default true. */
  readonly nodesRequired?: boolean;
  readonly pluginServerPage: () => Promise<unknown>;
  /** `config_dump` of the Envoy beside this process, as JSON text. Absent: it has none. */
  readonly envoyDump?: () => Promise<string>;
  /** Told whenever what is known about the objects may have changed. */
  readonly onOutcome?: (outcome: Outcome) => void;
  /** How long the first configuration may wait for registries and modules, so that a restart takes no route away. */
  readonly patienceMs?: number;
  readonly log: Logger;
}

/** What is known about the objects of a world. */
export interface Outcome {
  readonly world: World;
  readonly problems: readonly Problem[];
  /** Every connected gateway has taken what these objects turned into. */
  readonly programmed: boolean;
  readonly registries: ReturnType<Sources['registries']>;
  /** The way of each plugin on each route. */
  readonly explain: readonly ExplainEntry[];
}

export interface Engine {
  /** Metrics in the Prometheus text format. */
  exposition(): Promise<string>;
  stop(): Promise<void>;
}

/** What refused resources stand for in the problem book: gone when the resource changed or was accepted. */
const NACK_REASON = 'EnvoyRejected';
const PATIENCE_MS = 10_000;
const PATIENCE_POLL_MS = 25;
/** Of gateways at the start, for a plugin server to come (back) as well: above its time for a try to connect. */
const CHAINS_WAIT_MS = 10_000;

export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { log } = options;
  const startedAt = new Date().toISOString();
  const metrics = new ControlPlaneMetrics();
  const book = new ProblemBook(log);
  const store = new SnapshotStore();
  const { nativeModuleName: name = '' } = options;
  const fleet = options.build.nativeModule
    ? new ModuleFleet({ name, clock: systemClock, onChange: () => rebuild() })
    : undefined;
  const ads = new AdsServer({
    store,
    log: log.child({ part: 'xds' }),
    chainsWaitMs: CHAINS_WAIT_MS,
    onAck: () => outcome(),
    onConnect: (node) => fleet?.connected(node),
    onDisconnect: (node) => {
      fleet?.disconnected(node);
      outcome();
    },
    speaksForAll: (node) => fleet?.speaksForAll(node) ?? true,
    onNack: (report) => {
      metrics.nacks.inc({ type: report.type });
      const facts = { node: report.node.id, type: report.type, resource: report.resourceName, detail: report.detail };
      if (report.forAll) log.error(facts, 'a resource was refused; its last accepted version stays');
      else
        log.warn(
          { ...facts, nativeModule: report.node.nativeModule ?? 'none', wanted: options.nativeModuleName },
          'a gateway without our native module refused a resource; it keeps what it has until it is replaced',
        );
    },
  });
  const state: { world?: World; result?: PipelineResult } = {};
  const rejected = () => store.rejections().flatMap((one): Problem[] => nackProblems(one));

  const wasm = new WasmResolver({
    server: options.modules,
    credentials: (pullSecret, url) => pullCredentials(state.world?.secrets ?? [], pullSecret, url),
    onChange: () => rebuild(),
    log,
  });
  const binder = createPluginBinder(catalogue, options.world, { lastGood: createLastGood() });
  const translator = createTranslator(options.world, { catalogue, binder });
  let builder: { readonly nativeModule: boolean; readonly build: Builder['build'] } | undefined;
  /** By a new builder when gateways come to be with or without the module: what one remembers is of no use to the other. */
  const build = (gateway: Gateway) => {
    const nativeModule = fleet?.usable ?? false;
    if (builder?.nativeModule !== nativeModule) {
      const made = createBuilder({ ...options.build, nativeModule, wasm }, catalogue);
      builder = { nativeModule, build: (one) => made.build(one) };
    }
    return builder.build(gateway);
  };
  const pipeline = new Pipeline({
    translate: (world) => translator.translate(world),
    build,
    publish: (resources) => publish(resources),
    chainsAcknowledged: (timeoutMs) => ads.whenAcknowledged(timeoutMs, { role: 'plugin-server', types: ['chain'] }),
    gatewaysAcknowledged: (timeoutMs) => ads.whenAcknowledged(timeoutMs, { role: 'gateway' }),
    onResult: (result) => {
      state.result = result;
      book.set('translation', result.problems);
      outcome();
    },
    onTiming: (durationMs) => metrics.rebuild.observe(durationMs / 1000),
    // What Envoy confirmed while a run was not over counts from now on.
    onIdle: () => outcome(),
    log,
  });
  const rebuild = () => {
    const { world } = state;
    if (world !== undefined) pipeline.request(() => state.world ?? world);
  };

  function publish(resources: ResourceSet): void {
    const problems = store.set(resources);
    book.set(
      'encoding',
      problems.flatMap(({ type, name, origins, detail }) =>
        origins.map(
          (origin): Problem => ({
            severity: 'error',
            reason: 'NotEncodable',
            origin,
            message: `its ${type} "${name}" cannot be sent to Envoy: ${detail}`,
            hint: 'the last good version keeps serving',
          }),
        ),
      ),
    );
    for (const type of RESOURCE_TYPES) metrics.resources.set({ type }, store.served(type).size);
  }

  function outcome(): void {
    const { world } = state;
    if (world === undefined || options.onOutcome === undefined) return;
    options.onOutcome({
      world,
      problems: book.all(),
      programmed: pipeline.idle && ads.connected('gateway') > 0 && ads.allAcknowledged({ role: 'gateway' }).ok,
      registries: sources.registries(),
      explain: state.result?.explain ?? [],
    });
  }

  /** Envoy may still hold what was accepted last of a resource that it refuses now. */
  function redacted(dump: unknown): unknown {
    const held = RESOURCE_TYPES.flatMap((type) =>
      [...store.served(type).values()].map(({ resource }) => resource.message),
    );
    const made = Object.values(state.result?.resources ?? {}).flatMap((byName) =>
      [...byName.values()].map(({ message }) => message),
    );
    const hosts = state.result?.gateway.hosts ?? [];
    return redactTexts(dump, secretTexts(hosts, [...held, ...made], catalogue));
  }

  function changesBy(question: unknown): unknown {
    const parsed = diffQuestionSchema.safeParse(question);
    if (!parsed.success) throw new QuestionError(`expected {files: [{path, text}]}: ${z.prettifyError(parsed.error)}`);
    if (state.world === undefined) throw new QuestionError('the configuration has not been read yet');
    return previewDiff(state.world, options.world, parsed.data, new Date());
  }

  store.onChange(() => book.set('envoy', rejected()));
  const sources = options.startSources({
    log,
    onWorld: (world) => {
      state.world = world;
      rebuild();
    },
    onProblems: (source, problems) => {
      book.set(source, problems);
      outcome();
    },
  });

  const notReadyBecause = (): string[] => {
    const reasons: string[] = [];
    if (state.world === undefined) reasons.push('the configuration has not been read yet');
    if (!pipeline.idle) reasons.push('a change is being worked on');
    reasons.push(...sources.pending());
    const acknowledged = options.nodesRequired === false ? { ok: true as const } : ads.allAcknowledged();
    if (!acknowledged.ok) reasons.push(...acknowledged.waiting.map((waiting) => `not acknowledged yet: ${waiting}`));
    if (wasm.pending) reasons.push('a Wasm module is being fetched');
    return [...reasons, ...(options.notReadyBecause?.() ?? [])];
  };
  const exposition = (): Promise<string> => {
    metrics.problems.reset();
    for (const { severity, reason, count } of book.counts()) metrics.problems.set({ severity, reason }, count);
    metrics.registryHealthy.reset();
    metrics.registryServices.reset();
    metrics.suppressedLogs.set(sources.suppressedLines());
    for (const { type, name, health } of sources.registries()) {
      metrics.registryHealthy.set({ type, name }, health.healthy ? 1 : 0);
      metrics.registryServices.set({ type, name }, health.services);
    }
    return mergedMetrics([() => metrics.registry.metrics(), ...(options.moreMetrics ?? [])]);
  };
  const admin = new AdminServer({
    notReadyBecause: () => {
      const reasons = notReadyBecause();
      if (options.nodesRequired === false) return reasons;
      if (ads.connected('gateway') === 0) reasons.push('Envoy is not connected');
      if (ads.connected('plugin-server') === 0) reasons.push('the plugin server is not connected');
      return reasons;
    },
    metrics: exposition,
    watchers: () => watcherPage(state.world, options.world.systemNamespace, sources.registries()),
    debug: debugPages({
      world: () => state.world,
      problems: () => book.all(),
      gateway: () => state.result?.gateway,
      explain: () => state.result?.explain ?? [],
      xds: () => ads.status(),
      registries: () => sources.registries(),
      wasm: () => wasm.status(),
      pluginServer: options.pluginServerPage,
      catalogue,
      process: () => ({
        version: VERSION,
        node: process.version,
        startedAt,
        httpsPublicPort: options.world.httpsPublicPort,
      }),
      ...(options.envoyDump === undefined
        ? {}
        : { envoy: async () => redacted(JSON.parse(await options.envoyDump!())) }),
    }),
    questions: { redact: redacted, diff: changesBy },
    ...(options.debugFor === undefined ? {} : { debugFor: options.debugFor }),
  });
  await admin.listen(options.admin);

  const stopped = new AbortController();
  const listening = settled(
    () => state.result !== undefined && pipeline.idle,
    () => sources.pending().length === 0 && !wasm.pending,
    options.patienceMs ?? PATIENCE_MS,
    stopped.signal,
  ).then(async () => {
    const address = await options.ads;
    return stopped.signal.aborted ? undefined : ads.listen(address);
  });
  listening.catch((error: unknown) => log.fatal({ err: error }, 'the xDS server cannot listen'));

  return {
    exposition,
    stop: async () => {
      stopped.abort();
      fleet?.stop();
      await listening.catch(() => undefined);
      await admin.close();
      await sources.stop();
      await wasm.stop();
      await pipeline.stop();
      await ads.stop();
    },
  };
}

/** Resolves when `must` holds and, unless the time is over first, `may` holds as well. */
async function settled(
  must: () => boolean,
  may: () => boolean,
  patienceMs: number,
  signal: AbortSignal,
): Promise<void> {
  let deadline = Number.POSITIVE_INFINITY;
  while (!signal.aborted) {
    if (must()) {
      deadline = Math.min(deadline, Date.now() + patienceMs);
      if (may() || Date.now() >= deadline) return;
    }
    await sleep(systemClock, PATIENCE_POLL_MS, signal);
  }
}

type Rejection = ReturnType<SnapshotStore['rejections']>[number] | NackReport;

/** A refused resource as problems of the objects that it was made of. */
function nackProblems(rejection: Rejection): Problem[] {
  const name = 'name' in rejection ? rejection.name : rejection.resourceName;
  return rejection.origins.map((origin) => ({
    severity: 'error',
    reason: NACK_REASON,
    origin,
    message: `Envoy refused its ${rejection.type} "${name}": ${rejection.detail}`,
    hint: 'the last accepted version keeps serving',
  }));
}
