/** Makes a provider of a row of the table, and the type `openai`, whose host and paths may come from a URL. */
import { API_PATHS, type ApiName, OPENAI_APIS } from '../api.ts';
import { asArray, asObject, objectsOf, parseObject } from '../json.ts';
import { isDone } from '../openai.ts';
import type { StreamStep } from '../stream.ts';
import type { AuthStyle, Provider } from './provider.ts';
import type { ProviderSettings } from './settings.ts';
import { VENDORS, type VendorRow } from './table.ts';

/** Bodies of other OpenAI APIs (batches, files …) carry no model and pass byte for byte. */
export const OPENAI_EDITED: ReadonlySet<ApiName> = new Set<ApiName>([
  'openai/v1/chatcompletions',
  'openai/v1/completions',
  'openai/v1/embeddings',
  'openai/v1/imagegeneration',
  'openai/v1/imageedit',
  'openai/v1/imagevariation',
  'openai/v1/audiospeech',
  'openai/v1/fine-tuningjobs',
  'openai/v1/responses',
  'openai/v1/videos',
  'openai/v1/videoremix',
]);

/** APIs whose forms name a model that is mapped. */
const MAPPED_FORMS = new Set<ApiName>(['openai/v1/imageedit', 'openai/v1/imagevariation']);

const DIRECT_ENDINGS = [
  '/completions',
  '/embeddings',
  '/audio/speech',
  '/images/generations',
  '/images/variations',
  '/images/edits',
  '/models',
  '/responses',
  '/fine_tuning/jobs',
  '/fine_tuning/checkpoints',
  '/audio/transcriptions',
  '/audio/translations',
  '/realtime',
  '/videos',
];

export function openaiProvider(settings: ProviderSettings): Provider {
  const capabilities = Object.fromEntries(OPENAI_APIS.map((name) => [name, '=']));
  const custom = customUrl(settings.openaiCustomUrl, DIRECT_ENDINGS);
  return {
    ...base('openai', tokenAuth('bearer', settings)),
    ...target(settings, 'api.openai.com', capabilities, custom),
    passesUnknownApis: true,
    editedApis: OPENAI_EDITED,
    ...mappedForms(settings),
  };
}

export function compatibleProvider(type: string, settings: ProviderSettings): Provider | undefined {
  const row = VENDORS[type];
  if (!row) return undefined;
  const host = typeof row.host === 'function' ? row.host(settings) : row.host;
  const capabilities = typeof row.capabilities === 'function' ? row.capabilities(settings) : row.capabilities;
  const custom = type === 'vllm' ? customUrl(settings.vllmCustomUrl, ['/completions', '/rerank']) : undefined;
  return {
    ...base(type, tokenAuth(row.auth, settings)),
    ...target(settings, host, capabilities, custom),
    ...(row.fixedPath ? { fixedPath: row.fixedPath(settings) } : {}),
    passesUnknownApis: row.passesUnknownApis ?? false,
    editsBodies: row.editsBodies ?? true,
    ...((row.editsBodies ?? true) ? mappedForms(settings) : {}),
    ...(row.adjust ? { adjust: row.adjust } : {}),
    ...(row.usageInChoice ? { mendStream: liftUsage } : {}),
  };
}

/** Forms hold pictures: they are read only when there is something to map. */
function mappedForms({ modelMapping }: ProviderSettings): Pick<Provider, 'readsForms'> {
  return modelMapping.length > 0 ? { readsForms: MAPPED_FORMS } : {};
}

/** Name of the first required key that is missing, or undefined. */
export function missingKey(row: VendorRow, settings: ProviderSettings): string | undefined {
  if (row.needsToken && settings.apiTokens.length === 0) return 'apiTokens';
  return row.needs?.find((key) => !settings[key]);
}

function base(type: string, auth: AuthStyle): Pick<Provider, 'type' | 'auth' | 'editsBodies'> {
  return { type, auth, editsBodies: true };
}

function tokenAuth(auth: AuthStyle, settings: ProviderSettings): AuthStyle {
  return settings.apiTokens.length === 0 ? 'none' : auth;
}

interface CustomUrl {
  readonly host: string;
  /** Empty, a base, or one interface's path. */
  readonly path: string;
  /** Every request goes to exactly `path`. */
  readonly direct: boolean;
}

/** `[http(s)://]host[:port][/path]`; empty text gives undefined. */
export function customUrl(url: string, directEndings: readonly string[]): CustomUrl | undefined {
  const rest = url.replace(/^https?:\/\//, '');
  if (rest === '') return undefined;
  const slash = rest.indexOf('/');
  const host = slash < 0 ? rest : rest.slice(0, slash);
  const path = slash < 0 ? '' : rest.slice(slash).replace(/\/+$/, '');
  return { host, path, direct: directEndings.some((ending) => path.endsWith(ending)) };
}

function target(
  settings: ProviderSettings,
  host: string | undefined,
  own: Readonly<Partial<Record<ApiName, string>>>,
  custom: CustomUrl | undefined,
): Pick<Provider, 'host' | 'capabilities' | 'fixedPath'> {
  const capabilities: Partial<Record<ApiName, string>> = {};
  for (const [name, path] of Object.entries(own) as [ApiName, string][]) {
    const plain = path === '=' ? ((API_PATHS as Record<string, string>)[name] ?? '=') : path;
    capabilities[name] = custom && custom.path !== '' ? custom.path + plain.replace(/^\/v1(?=\/)/, '') : plain;
  }
  return {
    host: settings.providerDomain || custom?.host || host,
    capabilities: { ...capabilities, ...configured(settings) },
    ...(custom?.direct ? { fixedPath: custom.path } : {}),
  };
}

/** `capabilities` of the configuration win over the type's own. Unknown names were refused or ignored before. */
export function configured(settings: ProviderSettings): Readonly<Partial<Record<ApiName, string>>> {
  return settings.capabilities as Partial<Record<ApiName, string>>;
}

/** Some vendors put a stream's usage into the last choice; OpenAI clients look for it on the top level. */
function liftUsage(): StreamStep {
  return {
    next(event) {
      if (event.data === undefined || isDone(event) || !event.data.includes('"usage"')) return [event];
      const chunk = parseObject(event.data);
      const choice = objectsOf(chunk?.choices)[0];
      const usage = asObject(choice?.usage);
      if (!chunk || !choice || !usage || asObject(chunk.usage)) return [event];
      const { usage: _lifted, ...rest } = choice;
      const choices = [rest, ...(asArray(chunk.choices) ?? []).slice(1)];
      return [{ ...event, data: JSON.stringify({ ...chunk, choices, usage }) }];
    },
    end: () => [],
  };
}
