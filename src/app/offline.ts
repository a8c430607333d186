/** Manifests to Envoy resources without any process: the common part of `check`, `render`, `explain` and `diff`. */
import type { Gateway, Problem } from '#ir/types.ts';
import type { World, WorldSettings } from '#model/world.ts';
import { catalogue } from '#plugins/index.ts';
import { ManifestTree } from '#sources/files/tree.ts';
import { createTranslator } from '#translate/translate.ts';
import { createBuilder } from '#xds/build/build.ts';
import type { ExplainEntry } from '#xds/build/explain.ts';
import { encodeResource, RESOURCE_TYPES, type ResourceSet } from '#xds/snapshot/index.ts';
import { offlineServices } from './offline-registries.ts';

export interface OfflineOptions {
  readonly systemNamespace: string;
  readonly ingressClass: string;
}

export interface OfflineResult {
  readonly world: World;
  readonly gateway: Gateway;
  readonly resources: ResourceSet;
  readonly explain: readonly ExplainEntry[];
  readonly problems: readonly Problem[];
}

/** Places of the neighbours that a rendered configuration names; nothing listens there. */
const SOCKETS = {
  extProc: '/run/higress/ext-proc.sock',
  hop: '/run/higress/hop.sock',
  http: '/run/higress/plugin-http.sock',
  egress: '/run/higress/egress.sock',
};

export function translateOffline(paths: readonly string[], options: OfflineOptions): OfflineResult {
  const tree = new ManifestTree(paths, { systemNamespace: options.systemNamespace });
  tree.scan();
  const registries = offlineServices(tree.part, options.systemNamespace);
  const world: World = { ...tree.part, registryServices: registries.services };
  const settings = { watchNamespace: '', domainSuffix: 'cluster.local', httpsPublicPort: 443, wildcardFallback: true };
  const translated = translateWorld(world, { ...options, ...settings });
  return { ...translated, problems: [...tree.problems, ...registries.problems, ...translated.problems] };
}

/** One world through the whole house, once, with nobody to serve. */
export function translateWorld(world: World, settings: WorldSettings): OfflineResult {
  const { gateway, problems } = createTranslator(settings, { catalogue }).translate(world);
  const builder = createBuilder(
    {
      address: '0.0.0.0',
      httpPort: 80,
      httpsPort: 443,
      httpsPublicPort: settings.httpsPublicPort,
      pluginServer: { extProc: { socket: SOCKETS.extProc }, http: { socket: SOCKETS.http } },
      hop: { socket: SOCKETS.hop },
      egress: { socket: SOCKETS.egress },
      nativeModule: true,
      // Offline nothing is fetched: a module is shown as if it were there, under the digest that the object names.
      wasm: {
        moduleUri: ({ sha256 }) => ({
          ready: true,
          uri: `http://plugin-server/wasm/${sha256 || 'SHA256'}.wasm`,
          sha256: sha256 || '0'.repeat(64),
        }),
      },
    },
    catalogue,
  );
  const built = builder.build(gateway);
  const all = [...problems, ...built.problems, ...encodingProblems(built.resources)];
  return { world, gateway, resources: built.resources, explain: built.explain, problems: all };
}

/** What Envoy would never get: resources that do not encode. */
function encodingProblems(resources: ResourceSet): Problem[] {
  const problems: Problem[] = [];
  for (const type of RESOURCE_TYPES) {
    for (const resource of resources[type].values()) {
      try {
        encodeResource(resource);
      } catch (error) {
        const message = `its ${type} "${resource.name}" cannot be sent to Envoy: ${error instanceof Error ? error.message : String(error)}`;
        for (const origin of resource.origins)
          problems.push({ severity: 'error', reason: 'NotEncodable', origin, message });
      }
    }
  }
  return problems;
}
