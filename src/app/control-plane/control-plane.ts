/** The control-plane process: builds every part, passes each what it needs, owns start and stop. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AdminServer } from '#app/admin/server.ts';
import { openListeners, unixGet } from '#app/envoy/admin.ts';
import { ControlPlaneMetrics, mergedMetrics, withKnownNames } from '#app/metrics.ts';
import type { ControlPlaneSettings } from '#app/settings.ts';
import type { Problem } from '#ir/types.ts';
import type { Logger } from '#lib/log.ts';
import type { World } from '#model/world.ts';
import { catalogue } from '#plugins/index.ts';
import { createTranslator } from '#translate/translate.ts';
import { createLastGood, createPluginBinder } from '#translate/wasm-plugin/bind.ts';
import { createBuilder } from '#xds/build/build.ts';
import { AdsServer, type NackReport } from '#xds/server/index.ts';
import { RESOURCE_TYPES, type ResourceSet, SnapshotStore } from '#xds/snapshot/index.ts';
import { debugPages } from './debug-pages.ts';
import { Pipeline, type PipelineResult } from './pipeline.ts';
import { ProblemBook } from './problem-book.ts';
import { pullCredentials } from './pull-credentials.ts';
import { startSources } from './sources.ts';
import { WasmResolver } from './wasm-resolver.ts';

export interface RunningControlPlane {
  stop(): Promise<void>;
}

/** What refused resources stand for in the problem book: gone when the resource changed or was accepted. */
const NACK_REASON = 'EnvoyRejected';

export async function startControlPlane(settings: ControlPlaneSettings, log: Logger): Promise<RunningControlPlane> {
  const metrics = new ControlPlaneMetrics();
  const book = new ProblemBook(log);
  const store = new SnapshotStore();
  const ads = new AdsServer({
    store,
    log: log.child({ component: 'xds' }),
    onNack: (report) => {
      metrics.nacks.inc({ type: report.type });
      log.error(
        { node: report.node.id, type: report.type, resource: report.resourceName, detail: report.detail },
        'a resource was refused; its last accepted version stays',
      );
    },
  });
  const state: { world?: World; result?: PipelineResult } = {};
  const rejected = () => store.rejections().flatMap((one): Problem[] => nackProblems(one));

  const wasm = new WasmResolver({
    socket: settings.sockets.pluginHttp,
    credentials: (pullSecret, url) => pullCredentials(state.world?.secrets ?? [], pullSecret, url),
    onChange: () => rebuild(),
    log,
  });
  const translator = createTranslator(
    {
      ingressClass: settings.ingressClass,
      systemNamespace: settings.systemNamespace,
      watchNamespace: '',
      domainSuffix: 'cluster.local',
      httpsPublicPort: settings.httpsPort,
      wildcardFallback: true,
    },
    {
      catalogue,
      binder: createPluginBinder(
        catalogue,
        { systemNamespace: settings.systemNamespace },
        { lastGood: createLastGood() },
      ),
    },
  );
  const builder = createBuilder(
    {
      address: settings.address,
      httpPort: settings.httpPort,
      httpsPort: settings.httpsPort,
      httpsPublicPort: settings.httpsPort,
      pluginServer: { extProc: { socket: settings.sockets.extProc }, http: { socket: settings.sockets.pluginHttp } },
      egress: { socket: settings.sockets.egress },
      wasm,
    },
    catalogue,
  );
  const pipeline = new Pipeline({
    translate: (world) => translator.translate(world),
    build: (gateway) => builder.build(gateway),
    publish: (resources) => publish(resources),
    chainsAcknowledged: (timeoutMs) => ads.whenAcknowledged(timeoutMs, { role: 'plugin-server', types: ['chain'] }),
    gatewaysAcknowledged: (timeoutMs) => ads.whenAcknowledged(timeoutMs, { role: 'gateway' }),
    onResult: (result) => {
      state.result = result;
      book.set('translation', result.problems);
    },
    onTiming: (durationMs) => metrics.rebuild.observe(durationMs / 1000),
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
  store.onChange(() => book.set('envoy', rejected()));

  await ads.listen({ path: settings.sockets.ads });
  const sources = startSources(settings, {
    log,
    onWorld: (world) => {
      state.world = world;
      rebuild();
    },
    onProblems: (source, problems) => book.set(source, problems),
  });

  const watch = listenerWatch(settings.sockets.envoyAdmin);
  const notReadyBecause = (): string[] => {
    const reasons: string[] = [];
    if (state.world === undefined) reasons.push('the configuration has not been read yet');
    if (!pipeline.idle) reasons.push('a change is being worked on');
    if (sources.pending().length > 0) reasons.push(...sources.pending());
    if (ads.connected('gateway') === 0) reasons.push('Envoy is not connected');
    if (ads.connected('plugin-server') === 0) reasons.push('the plugin server is not connected');
    const acknowledged = ads.allAcknowledged();
    if (!acknowledged.ok) reasons.push(...acknowledged.waiting.map((waiting) => `not acknowledged yet: ${waiting}`));
    if (wasm.pending) reasons.push('a Wasm module is being fetched');
    if (!watch.open()) reasons.push('Envoy has not opened its listeners yet');
    return reasons;
  };
  const admin = new AdminServer({
    notReadyBecause,
    metrics: () => {
      metrics.problems.reset();
      for (const { severity, reason, count } of book.counts()) metrics.problems.set({ severity, reason }, count);
      metrics.registryHealthy.reset();
      metrics.registryServices.reset();
      metrics.suppressedLogs.set(sources.suppressedLines());
      for (const { type, name, health } of sources.registries()) {
        metrics.registryHealthy.set({ type, name }, health.healthy ? 1 : 0);
        metrics.registryServices.set({ type, name }, health.services);
      }
      return mergedMetrics([
        () => metrics.registry.metrics(),
        () => unixGet(settings.sockets.pluginHttp, '/metrics'),
        async () => withKnownNames(await unixGet(settings.sockets.envoyAdmin, '/stats/prometheus')),
      ]);
    },
    debug: debugPages({
      world: () => state.world,
      problems: () => book.all(),
      gateway: () => state.result?.gateway,
      explain: () => state.result?.explain ?? [],
      xds: () => ads.status(),
      registries: () => sources.registries(),
      wasm: () => wasm.status(),
      pluginServer: async () => JSON.parse(await unixGet(settings.sockets.pluginHttp, '/debug/plugins')) as unknown,
      catalogue,
    }),
  });
  await admin.listen(settings.address, settings.adminPort);
  watch.start();

  return {
    stop: async () => {
      watch.stop();
      await admin.close();
      await sources.stop();
      await wasm.stop();
      await pipeline.stop();
      await ads.stop();
      await endOrphanedEnvoy(dirname(settings.sockets.ads));
    },
  };
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

/** Knows whether Envoy has opened the listeners, which it does only after it has everything that they need. */
function listenerWatch(socket: string): { start(): void; stop(): void; open(): boolean } {
  const wanted = ['http', 'https'];
  let open = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async () => {
    const names = await openListeners(socket).catch((): readonly string[] => []);
    open = wanted.every((name) => names.includes(name));
    timer = setTimeout(look, open ? 1_000 : 25);
  };
  return {
    start: () => {
      timer = setTimeout(look, 0);
    },
    stop: () => clearTimeout(timer),
    open: () => open,
  };
}

/** When the supervisor was killed, nobody else ends Envoy. A supervisor that lives has ended it before this process. */
async function endOrphanedEnvoy(runDir: string): Promise<void> {
  const pid = Number(await readFile(join(runDir, 'envoy.pid'), 'utf8').catch(() => '0'));
  if (pid <= 0 || process.connected) return;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (command.includes(runDir)) process.kill(pid, 'SIGTERM');
}
