/** Vendors that speak OpenAI's language need no plugin server: `ai-proxy.zig` edits the request inside Envoy, the answer passes untouched. */
import { API_PATHS, type ApiName, CHAT, CONTAINED_PATHS, MESSAGES } from '#ai/api.ts';
import { FIRST_BYTE_HEADERS } from '#ai/first-byte.ts';
import { createProvider, notesOf } from '#ai/providers/index.ts';
import { headerAuth, type Provider } from '#ai/providers/provider.ts';
import type { ProviderSettings } from '#ai/providers/settings.ts';
import { SecretText } from '#lib/secret.ts';
import type { LowerResult } from '#plugin-sdk/lower.ts';
import { nativeStep } from '#plugin-sdk/native-step.ts';
import type { AiProxyConfig } from './config.ts';
import { STATEFUL } from './credentials.ts';

/** What a body may take while it is looked at. */
const BUFFER_BYTES = 100 * 1024 * 1024;

const FRONT_MESSAGE = JSON.stringify({
  type: 'error',
  error: {
    type: 'api_error',
    message:
      'this route runs without the plugin server, which converts the Messages API; set the annotation higress.io/plugin-runtime: ext-proc on the WasmPlugin',
  },
});

type ContextValue = string | boolean | SecretText | readonly ContextValue[] | { readonly [key: string]: ContextValue };
type NativeConfig = Readonly<Record<string, ContextValue>>;

export function lower({ provider: settings }: AiProxyConfig): LowerResult {
  const provider = createProvider(settings);
  const reason = whyNot(provider, settings);
  if (reason) return { lowered: false, reason };
  const context = contextOf(provider, settings);
  const edits = settings.protocol === 'openai';
  const front = edits && provider.editsBodies && provider.capabilities[MESSAGES] === undefined;
  return {
    lowered: true,
    steps: [nativeStep('ai-proxy', context)],
    ...(edits ? { bufferBytes: BUFFER_BYTES } : {}),
    ...(front ? { hooksForPathSuffixes: ['/v1/messages'] } : {}),
    notes: notesOf(settings),
  };
}

function whyNot(provider: Provider, settings: ProviderSettings): string | undefined {
  if (settings.failover?.enabled) return 'failover keeps account of its tokens';
  if (settings.retryOnFailure?.enabled) return 'retryOnFailure sends requests again';
  if (settings.customSettings.length > 0) return 'customSettings edit request bodies';
  if (provider.credentials) return `type ${settings.type} fetches or makes credentials for each request`;
  if (provider.pathForModel) return `type ${settings.type} names the model in the path`;
  if (provider.finishPath) return `type ${settings.type} edits the query`;
  if (provider.sign) return `type ${settings.type} signs requests`;
  if (settings.protocol === 'original') return undefined;
  if (provider.translation) return `type ${settings.type} translates requests and answers`;
  if (provider.mendStream) return `type ${settings.type} mends streams`;
  if (provider.adjust) return `type ${settings.type} adjusts request bodies`;
  if (settings.context) return 'context inserts a file into requests';
  if (settings.responseJsonSchema) return 'responseJsonSchema edits request bodies';
  if (settings.contextCleanupCommands.length > 0) return 'contextCleanupCommands edit messages';
  if (settings.mergeConsecutiveMessages) return 'mergeConsecutiveMessages edits messages';
  if (settings.promoteThinkingOnEmpty) return 'promoteThinkingOnEmpty reads answers';
  if (settings.modelMapping.some(([key]) => key.startsWith('~'))) return 'modelMapping holds a regular expression';
  return undefined;
}

function contextOf(provider: Provider, settings: ProviderSettings): NativeConfig {
  const strip = settings.basePath !== '' && settings.basePathHandling === 'removePrefix' ? settings.basePath : '';
  const prefixes = [
    settings.providerBasePath,
    settings.basePathHandling === 'prepend' ? settings.basePath : '',
  ].flatMap((prefix) => rooted(prefix) ?? []);
  const openai = settings.protocol === 'openai';
  const timeout = settings.firstByteTimeout > 0 ? String(settings.firstByteTimeout) : undefined;
  return {
    ...(strip ? { strip } : {}),
    ...(provider.host === undefined ? {} : { host: provider.host }),
    ...(openai && provider.fixedPath !== undefined ? { fixed: provider.fixedPath } : {}),
    ...(prefixes.length > 0 ? { prefix: prefixes } : {}),
    ...credentials(provider, settings),
    ...fixedHeaders(provider, settings, timeout),
    ...(openai ? { apis: apisOf(provider), ...mappingOf(settings) } : {}),
    ...(openai && timeout ? { first_byte_headers: FIRST_BYTE_HEADERS, first_byte_timeout: timeout } : {}),
  };
}

function credentials(provider: Provider, settings: ProviderSettings): NativeConfig {
  const auth = headerAuth(provider.auth);
  const remove = ['accept-encoding', ...(auth && auth.header !== 'authorization' ? ['authorization'] : [])];
  const tokens = settings.apiTokens;
  if (tokens.length === 0) {
    const own = settings.authHeaderKey ? [settings.authHeaderKey.toLowerCase()] : [];
    const caller_key = [...own, 'x-api-key', 'x-authorization', 'authorization'];
    return provider.type === 'openai' ? { caller_key, remove } : { remove };
  }
  if (!auth) return { remove };
  return {
    auth_header: auth.header,
    auth_values: tokens.map((token) => new SecretText(auth.prefix + token)),
    remove,
  };
}

function fixedHeaders(provider: Provider, settings: ProviderSettings, timeout: string | undefined): NativeConfig {
  const always = provider.headers?.(undefined, () => true) ?? {};
  const missing = provider.headers?.(undefined, () => false) ?? {};
  const set: ContextValue[] = Object.entries(missing).map(([name, value]) => ({
    name,
    value,
    unless_present: !(name in always),
  }));
  if (settings.type === 'generic' && timeout) {
    for (const name of FIRST_BYTE_HEADERS) set.push({ name, value: timeout, unless_present: false });
  }
  return set.length > 0 ? { set } : {};
}

function mappingOf(settings: ProviderSettings): NativeConfig {
  const exact = settings.modelMapping.filter(([key]) => key !== '*' && !key.endsWith('*'));
  const prefixes = settings.modelMapping
    .filter(([key]) => key !== '*' && key.endsWith('*'))
    .map(([key, target]) => ({ prefix: key.slice(0, -1), target }))
    .sort((left, right) => right.prefix.length - left.prefix.length);
  const rest = settings.modelMapping.find(([key]) => key === '*')?.[1];
  return {
    ...(exact.length > 0 ? { exact: Object.fromEntries(exact) } : {}),
    ...(prefixes.length > 0 ? { prefixes } : {}),
    ...(rest === undefined ? {} : { rest }),
  };
}

/** In the order of `detectApi`: paths of the type's own, literal paths, paths with placeholders. */
function apisOf(provider: Provider): readonly ContextValue[] {
  const contained = Object.entries(CONTAINED_PATHS)
    .filter(([name]) => provider.capabilities[name as ApiName] !== undefined)
    .map(([name, match]) => apiOf(provider, name as ApiName, 'contains', match, []));
  const paths = Object.entries(API_PATHS) as [ApiName, string][];
  const literal = paths.filter(([, path]) => !path.includes('{'));
  const templated = paths.filter(([, path]) => path.includes('{'));
  return [
    ...contained,
    ...literal.map(([name, path]) => apiOf(provider, name, 'suffix', path, [])),
    ...templated.map(([name, path]) => {
      const variables = [...path.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? '');
      return apiOf(provider, name, 'segments', path, variables);
    }),
  ];
}

function apiOf(
  provider: Provider,
  name: ApiName,
  kind: 'contains' | 'suffix' | 'segments',
  match: string,
  variables: readonly string[],
): ContextValue {
  const template = provider.capabilities[name];
  const refused = template === undefined && !provider.passesUnknownApis;
  const edited = provider.editsBodies && (provider.editedApis?.has(name) ?? true);
  return {
    kind,
    ...(kind === 'segments' ? { segments: segmentsOf(match) } : { match }),
    ...(template === undefined || template === '=' ? {} : { to: numbered(template, variables) }),
    ...(edited ? { edited } : {}),
    ...(provider.readsForms?.has(name) ? { form: true } : {}),
    ...(name === CHAT ? { chat: true } : {}),
    ...(STATEFUL.test(name) ? { stateful: true } : {}),
    ...(name === MESSAGES && template === undefined && provider.editsBodies
      ? { front: FRONT_MESSAGE }
      : refused
        ? { refused: 'failed to process request body: unsupported API name' }
        : {}),
  };
}

/** Those of a path with placeholders, which are whole segments; an empty one stands for any. */
function segmentsOf(path: string): readonly string[] {
  return path
    .split('/')
    .slice(1)
    .map((segment) => (segment.startsWith('{') ? '' : segment));
}

/** Placeholders by the number of the capture that fills them. */
function numbered(template: string, variables: readonly string[]): string {
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const index = variables.indexOf(name);
    return index < 0 ? whole : `{${index + 1}}`;
  });
}

function rooted(prefix: string): string | undefined {
  const clean = prefix.replace(/\/+$/, '');
  if (clean === '') return undefined;
  return clean.startsWith('/') ? clean : `/${clean}`;
}
