/** Runs a real Envoy on a built ResourceSet without any xDS server: everything dynamic is written into the bootstrap. */
import { join } from 'node:path';
import { SecretText } from '#lib/secret.ts';
import { type Envoy, nativeModuleDir, startEnvoy } from '#test/envoy.ts';
import type { BuildOptions } from '#xds/build/build.ts';
import type { Message, ResourceSet, ResourceType } from '#xds/snapshot/resources.ts';

const nativeModule = (await nativeModuleDir()) !== undefined;

/** How a gateway whose files stand in `dir` is built. */
export function buildOptionsIn(dir: string): BuildOptions {
  return {
    address: '127.0.0.1',
    httpPort: 0,
    httpsPort: 0,
    httpsPublicPort: 443,
    pluginServer: { extProc: { socket: join(dir, 'ep.sock') }, http: { socket: join(dir, 'ph.sock') } },
    egress: { socket: join(dir, 'egress.sock') },
    nativeModule,
  };
}

export interface StaticEnvoy {
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly envoy: Envoy;
  stop(): Promise<void>;
}

export async function startStaticEnvoy(resources: ResourceSet, args: readonly string[] = []): Promise<StaticEnvoy> {
  const envoy = await startEnvoy(staticBootstrap(resources), args);
  try {
    await envoy.ready();
    const [httpPort, httpsPort] = [await envoy.listenerPort('http'), await envoy.listenerPort('https')];
    return { httpPort, httpsPort, envoy, stop: () => envoy.stop() };
  } catch (error) {
    await envoy.stop();
    throw error;
  }
}

/** The same configuration without ADS: routes in their listeners, endpoints in their clusters, secrets by name alone. */
export function staticBootstrap(resources: ResourceSet): Message {
  const rewrite = (value: unknown): unknown => {
    if (value instanceof SecretText) return value.reveal();
    if (Array.isArray(value)) return value.map(rewrite);
    if (value === null || typeof value !== 'object') return value;
    const out: Record<string, unknown> = {};
    for (const [key, field] of Object.entries(value)) {
      if (key === 'rds') {
        const { route_config_name: name } = field as { route_config_name: string };
        out.route_config = rewrite(resources.route.get(name)?.message);
      } else if (key !== 'sds_config') {
        out[key] = rewrite(field);
      }
    }
    return out;
  };
  const all = (type: ResourceType) => [...resources[type].values()].map((made) => rewrite(made.message) as Message);
  const clusters = all('cluster').map(({ eds_cluster_config, ...rest }) =>
    eds_cluster_config === undefined
      ? rest
      : { ...rest, type: 'STATIC', load_assignment: resources.endpoint.get(rest.name as string)?.message },
  );
  return {
    node: { id: 'test', cluster: 'test' },
    static_resources: { listeners: all('listener'), clusters, secrets: all('secret') },
  };
}
