/** The controller process: a cluster in, gateways and plugin servers served over mTLS, status and plugin-server objects written by the leader. */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Engine, startEngine } from '#app/control-plane/engine.ts';
import { type KubeSources, startKubeSources } from '#app/control-plane/sources.ts';
import type { Problem } from '#ir/types.ts';
import type { Logger } from '#lib/log.ts';
import type { KubeObject } from '#model/object.ts';
import type { World } from '#model/world.ts';
import { KubeClient } from '#sources/kube/client.ts';
import { connect } from '#sources/kube/connection.ts';
import { isSelected } from '#translate/selection.ts';
import type { BuildOptions } from '#xds/build/options.ts';
import { AutomaticHttps } from './acme/automatic-https.ts';
import { ChallengeServer } from './acme/challenge-server.ts';
import { ChallengeStore } from './acme/challenge-store.ts';
import { Certificates } from './certificates.ts';
import { EventRecorder } from './event-recorder.ts';
import { LeaderElection } from './leader.ts';
import { MetricsServer } from './metrics-server.ts';
import { PluginServerDeployer } from './plugin-server-deployer.ts';
import { releaseOwner } from './release-owner.ts';
import type { ControllerSettings } from './settings.ts';
import { StartGarbage } from './start-garbage.ts';
import { StatusWriter } from './status-writer.ts';

export const LEASE = 'higress-controller';

export interface RunningController {
  readonly leading: boolean;
  /** Writes no more from now on, and serves gateways and plugin servers for `drainMs` longer. Default 0. */
  stop(drainMs?: number): Promise<void>;
}

export async function startController(settings: ControllerSettings, log: Logger): Promise<RunningController> {
  const client = new KubeClient(await connect(settings.kubeconfig, settings.environment));
  const { systemNamespace, watchNamespace } = settings;
  const owner = releaseOwner(client, systemNamespace, settings.deploymentName, log);
  const certificates = new Certificates({
    client,
    namespace: systemNamespace,
    owner,
    serverNames: settings.serverNames,
    dir: join(settings.dataDir, 'xds'),
    log: log.child({ part: 'certificates' }),
  });
  // The cluster is read meanwhile.
  const certified = certificates.start();
  certified.catch(() => undefined);

  const world = {
    ingressClass: settings.ingressClass,
    systemNamespace,
    watchNamespace,
    domainSuffix: settings.domainSuffix,
    httpsPublicPort: 443,
    wildcardFallback: true,
    ...(settings.enableAutomaticHttps ? { automaticHttps: { email: settings.automaticHttpsEmail } } : {}),
    pluginUrlPattern: settings.pluginUrlPattern,
  };
  let sources: KubeSources | undefined;
  const status = new StatusWriter({
    client,
    systemNamespace,
    enableStatus: settings.enableStatus,
    aside: (part, namespace, name) => sources?.aside(part, namespace, name),
    onWritten: (object) => sources?.wrote(object),
    serves: (ingress) => isSelected(ingress, world),
    log: log.child({ part: 'status' }),
  });
  const events = new EventRecorder({
    client,
    instance: settings.podName,
    uidOf: (problem) => uidIn(known, problem),
    log: log.child({ part: 'events' }),
  });
  let known: World | undefined;
  const deployer = new PluginServerDeployer({
    client,
    namespace: systemNamespace,
    log: log.child({ part: 'plugin-server' }),
  });
  const challenges = new ChallengeStore({ client, namespace: systemNamespace, owner });
  let tellOfCertificates: (problems: readonly Problem[]) => void = () => undefined;
  const automaticHttps = new AutomaticHttps({
    client,
    world,
    directoryUrl: settings.acmeDirectory,
    challenges,
    place: {
      namespace: systemNamespace,
      ingressClass: settings.ingressClass,
      service: { name: settings.serviceName, port: settings.certHttpAddress.port },
    },
    onProblems: (problems) => tellOfCertificates(problems),
    log: log.child({ part: 'acme' }),
  });

  const garbage = new StartGarbage();
  const engine: Engine = await startEngine({
    world,
    build: buildOptions(settings),
    ...(settings.nativeModuleName === '' ? {} : { nativeModuleName: settings.nativeModuleName }),
    ads: certified.then(() => ({ address: settings.grpcAddress, tls: certificates.files })),
    admin: settings.httpAddress,
    debugFor: settings.debugFor,
    modules: {
      hosts: [settings.pluginServer.host, settings.pluginServer.sidecarsHost],
      port: settings.pluginServer.httpPort,
    },
    startSources: (listener) => {
      tellOfCertificates = (problems) => listener.onProblems('automatic-https', problems);
      sources = startKubeSources(
        { client, watchNamespace, systemNamespace, onAside: () => status.changed() },
        listener,
      );
      return sources;
    },
    pluginServerPage: async () => 'see /debug/plugins of the plugin server pods',
    nodesRequired: false,
    onOutcome: (outcome) => {
      known = outcome.world;
      status.changed(outcome);
      events.changed(outcome);
      automaticHttps.changed(outcome);
      garbage.changed(outcome);
    },
    log,
  });
  try {
    await certified;
  } catch (error) {
    await engine.stop();
    throw error;
  }
  const metrics = new MetricsServer(() => engine.exposition());
  await metrics.listen(settings.metricsAddress);
  const challengeServer = new ChallengeServer((token) => challenges.find(token), log.child({ part: 'acme' }));
  await challengeServer.listen(settings.certHttpAddress);

  const leader = new LeaderElection({
    client,
    namespace: systemNamespace,
    lease: LEASE,
    owner,
    identity: settings.podName,
    log: log.child({ part: 'leader' }),
    onElected: () => {
      status.activate();
      events.activate();
      automaticHttps.activate();
      deployer.activate();
    },
    onLost: () => {
      status.deactivate();
      events.deactivate();
      automaticHttps.deactivate();
      void deployer.deactivate();
    },
  });
  leader.start();
  return {
    get leading() {
      return leader.leading;
    },
    stop: async (drainMs = 0) => {
      const drained = setTimeout(drainMs);
      garbage.stop();
      await leader.stop();
      await Promise.all([status.stop(), events.stop(), deployer.stop(), automaticHttps.stop()]);
      await drained;
      certificates.stop();
      await Promise.all([metrics.close(), challengeServer.close()]);
      await engine.stop();
    },
  };
}

function buildOptions(settings: ControllerSettings): Omit<BuildOptions, 'wasm'> {
  const { pluginServer, gatewayCertDir } = settings;
  const { host, extProcPort, httpPort } = pluginServer;
  return {
    address: settings.gatewayAddress,
    ...(settings.upstreamConcurrency > 0 ? { upstreamConcurrency: settings.upstreamConcurrency } : {}),
    httpPort: settings.gatewayHttpPort,
    httpsPort: settings.gatewayHttpsPort,
    httpsPublicPort: 443,
    hostShards: true,
    nativeModule: settings.nativeModule,
    pluginServer: { extProc: { host, port: extProcPort }, http: { host, port: httpPort } },
    egress: { host: '0.0.0.0', port: settings.egressPort },
    egressTls: {
      cert: join(gatewayCertDir, 'tls.crt'),
      key: join(gatewayCertDir, 'tls.key'),
      ca: join(gatewayCertDir, 'ca.crt'),
      client: 'plugin-server',
    },
  };
}

/** Of the object that has the problem. */
function uidIn(world: World | undefined, { origin }: Problem): string | undefined {
  for (const list of Object.values(world ?? {}) as readonly (readonly Partial<KubeObject>[])[])
    for (const { kind, metadata } of list)
      if (kind === origin.kind && metadata?.name === origin.name && metadata.namespace === origin.namespace)
        return metadata.uid;
  return undefined;
}
