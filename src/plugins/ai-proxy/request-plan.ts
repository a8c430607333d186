/** What the path of a request means for a provider, and where the request goes. Pure; the hooks and the tests of the native form share it. */
import {
  API_PATHS,
  CHAT,
  CONTAINED_PATHS,
  type DetectedApi,
  detectApi,
  fillPath,
  joinQuery,
  MESSAGES,
  splitPath,
} from '#ai/api.ts';
import type { Provider } from '#ai/providers/provider.ts';
import type { ProviderSettings } from '#ai/providers/settings.ts';

export interface RequestPlan {
  readonly api: DetectedApi | undefined;
  /** The caller's path with query, `basePath` removed. */
  readonly asked: string;
  /** Upstream path with query. */
  readonly path: string;
  /** The caller speaks Anthropic's Messages API and the vendor does not: convert both ways. */
  readonly front: boolean;
  /** The path names an API that the vendor does not have. */
  readonly unsupported: boolean;
}

/** `callerPath` with query. */
export function planRequest(provider: Provider, settings: ProviderSettings, callerPath: string): RequestPlan {
  const { path: whole, query } = splitPath(callerPath);
  const strip = settings.basePath !== '' && settings.basePathHandling === 'removePrefix';
  const path = strip && whole.startsWith(settings.basePath) ? rooted(whole.slice(settings.basePath.length)) : whole;
  if (settings.protocol === 'original') {
    return {
      api: provider.detect?.(path),
      asked: joinQuery(path, query),
      path: joinQuery(prefixed(path, settings), query),
      front: false,
      unsupported: false,
    };
  }
  const asked = detect(provider, path);
  const front = asked?.name === MESSAGES && provider.capabilities[MESSAGES] === undefined && provider.editsBodies;
  const api: DetectedApi | undefined = front ? { name: CHAT, variables: {} } : asked;
  const own = front ? path.replace(/\/v1\/messages$/, API_PATHS['openai/v1/chatcompletions']) : path;
  const template = api && provider.capabilities[api.name];
  const mapped =
    provider.fixedPath ?? (template === undefined || template === '=' ? own : fillPath(template, api?.variables ?? {}));
  return {
    api,
    asked: joinQuery(own, query),
    path: joinQuery(prefixed(mapped, settings), query),
    front,
    unsupported: api !== undefined && template === undefined && !provider.passesUnknownApis,
  };
}

function detect(provider: Provider, path: string): DetectedApi | undefined {
  for (const name of Object.keys(CONTAINED_PATHS) as (keyof typeof CONTAINED_PATHS)[]) {
    if (provider.capabilities[name] !== undefined && path.includes(CONTAINED_PATHS[name]))
      return { name, variables: {} };
  }
  return provider.detect?.(path) ?? detectApi(path);
}

/** A path that a translation names itself, which only the operator's prefixes change. */
export function vendorPath(path: string, settings: ProviderSettings): string {
  const { path: own, query } = splitPath(path);
  return joinQuery(prefixed(own, settings), query);
}

function prefixed(path: string, settings: ProviderSettings): string {
  const based = withPrefix(path, settings.providerBasePath);
  return settings.basePathHandling === 'prepend' ? withPrefix(based, settings.basePath) : based;
}

function withPrefix(path: string, prefix: string): string {
  const clean = prefix.replace(/\/+$/, '');
  return clean === '' || path === clean || path.startsWith(`${clean}/`) ? path : rooted(clean) + path;
}

function rooted(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}
