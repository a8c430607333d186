/** A gateway to ask questions of, out of folders or out of a running one. */
import { existsSync } from 'node:fs';
import { fingerprintKey, type GatewayView } from '#explain/view.ts';
import type { Gateway, Problem } from '#ir/types.ts';
import { contentHash } from '#lib/hash.ts';
import { catalogue } from '#plugins/index.ts';
import type { ExplainEntry } from '#xds/build/explain.ts';
import { type AdminClient, AdminError } from './admin/client.ts';
import { irPage, modelPage } from './control-plane/debug-pages.ts';
import { type OfflineOptions, type OfflineResult, translateOffline } from './offline.ts';

/** A path that was given is not there. */
export class PathError extends Error {
  constructor(path: string) {
    super(`"${path}" does not exist; name a file or a folder of YAML manifests`);
    this.name = 'PathError';
  }
}

const HTTPS_PORT = 443;

/** Throws PathError. */
export function requirePaths(paths: readonly string[]): void {
  const missing = paths.find((path) => !existsSync(path));
  if (missing !== undefined) throw new PathError(missing);
}

/** Throws PathError. */
export function offlineView(paths: readonly string[], options: OfflineOptions): GatewayView {
  requirePaths(paths);
  return viewOfTranslation(translateOffline(paths, options), { httpsPublicPort: HTTPS_PORT, registriesAsked: false });
}

export function viewOfTranslation(
  { world, gateway, explain, problems }: OfflineResult,
  known: Pick<GatewayView, 'httpsPublicPort' | 'registriesAsked'>,
): GatewayView {
  return {
    ...known,
    gateway: throughJson(irPage(gateway, catalogue)) as Gateway,
    plugins: explain,
    objects: throughJson(modelPage(world, catalogue)) as GatewayView['objects'],
    problems,
    fingerprints: fingerprints(gateway),
  };
}

/** Throws AdminError. */
export async function runningView(admin: AdminClient): Promise<GatewayView> {
  const [model, gateway, plugins, process] = (await Promise.all([
    admin.page('model'),
    admin.page('ir'),
    admin.page('plugins'),
    admin.page('process'),
  ])) as [
    { readonly objects: Partial<GatewayView['objects']>; readonly problems: readonly Problem[] },
    Partial<Gateway>,
    { readonly routes: readonly ExplainEntry[] },
    { readonly httpsPublicPort?: number },
  ];
  if (gateway.hosts === undefined)
    throw new AdminError(`the gateway at ${admin.url} has read no configuration yet; \`higress status\` tells why`);
  const { ingresses = [], endpointSlices = [], wasmPlugins = [], configMaps = [], mcpBridges = [] } = model.objects;
  return {
    gateway: gateway as Gateway,
    plugins: plugins.routes,
    objects: { ingresses, endpointSlices, wasmPlugins, configMaps, mcpBridges },
    problems: model.problems,
    httpsPublicPort: process.httpsPublicPort ?? HTTPS_PORT,
    registriesAsked: true,
  };
}

function fingerprints({ hosts }: Gateway): ReadonlyMap<string, string> {
  return new Map(
    hosts.flatMap(({ routes }) =>
      routes.flatMap(({ id, plugins }) =>
        plugins.map(({ instance, config }): [string, string] => [fingerprintKey(id, instance), contentHash(config)]),
      ),
    ),
  );
}

/** As a running gateway would tell it: secrets redacted, nothing but JSON. */
function throughJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}
