/** Names of the APIs that a request can mean, how they are told from the path, and how an upstream path is made. */

/** API name to its OpenAI-shaped path. `{x}` stands for one path segment. Longer patterns need no order: every pattern is anchored at the end. */
export const API_PATHS = {
  'openai/v1/chatcompletions': '/v1/chat/completions',
  'openai/v1/completions': '/v1/completions',
  'openai/v1/embeddings': '/v1/embeddings',
  'openai/v1/imagegeneration': '/v1/images/generations',
  'openai/v1/imageedit': '/v1/images/edits',
  'openai/v1/imagevariation': '/v1/images/variations',
  'openai/v1/audiospeech': '/v1/audio/speech',
  'openai/v1/audiotranscription': '/v1/audio/transcriptions',
  'openai/v1/audiotranslation': '/v1/audio/translations',
  'openai/v1/realtime': '/v1/realtime',
  'openai/v1/files': '/v1/files',
  'openai/v1/retrievefile': '/v1/files/{file_id}',
  'openai/v1/retrievefilecontent': '/v1/files/{file_id}/content',
  'openai/v1/batches': '/v1/batches',
  'openai/v1/retrievebatch': '/v1/batches/{batch_id}',
  'openai/v1/cancelbatch': '/v1/batches/{batch_id}/cancel',
  'openai/v1/models': '/v1/models',
  'openai/v1/responses': '/v1/responses',
  'openai/v1/videos': '/v1/videos',
  'openai/v1/retrievevideo': '/v1/videos/{video_id}',
  'openai/v1/retrievevideocontent': '/v1/videos/{video_id}/content',
  'openai/v1/videoremix': '/v1/videos/{video_id}/remix',
  'openai/v1/fine-tuningjobs': '/v1/fine_tuning/jobs',
  'openai/v1/retrievefine-tuningjob': '/v1/fine_tuning/jobs/{fine_tuning_job_id}',
  'openai/v1/fine-tuningjobsevents': '/v1/fine_tuning/jobs/{fine_tuning_job_id}/events',
  'openai/v1/fine-tuningjobcheckpoints': '/v1/fine_tuning/jobs/{fine_tuning_job_id}/checkpoints',
  'openai/v1/cancelfine-tuningjob': '/v1/fine_tuning/jobs/{fine_tuning_job_id}/cancel',
  'openai/v1/resumefine-tuningjob': '/v1/fine_tuning/jobs/{fine_tuning_job_id}/resume',
  'openai/v1/pausefine-tuningjob': '/v1/fine_tuning/jobs/{fine_tuning_job_id}/pause',
  'openai/v1/fine-tuningjobcheckpointpermissions':
    '/v1/fine_tuning/checkpoints/{fine_tuned_model_checkpoint}/permissions',
  'openai/v1/deletefine-tuningjobcheckpointpermission':
    '/v1/fine_tuning/checkpoints/{fine_tuned_model_checkpoint}/permissions/{permission_id}',
  'cohere/v1/rerank': '/v1/rerank',
  'qwen/v1/rerank': '/v1/reranks',
  'qwen/v1/conversations': '/v1/conversations',
  'anthropic/v1/messages': '/v1/messages',
  'anthropic/v1/complete': '/v1/complete',
} as const;

/** Paths that only their owner's type knows: matched anywhere in the path and forwarded as they are. */
export const CONTAINED_PATHS = {
  'qwen/v1/services/aigc': '/api/v1/services/aigc/',
  'qwen/v1/tasks': '/api/v1/tasks/',
} as const;

/** APIs of one vendor's own protocol, which that vendor's type tells from the path. */
export const NATIVE_APIS = [
  'gemini/v1beta/generatecontent',
  'gemini/v1beta/streamgeneratecontent',
  'vertex/raw',
] as const;

export type ApiName = keyof typeof API_PATHS | keyof typeof CONTAINED_PATHS | (typeof NATIVE_APIS)[number];

export const CHAT: ApiName = 'openai/v1/chatcompletions';
export const MESSAGES: ApiName = 'anthropic/v1/messages';

export const OPENAI_APIS = Object.keys(API_PATHS).filter((name) => name.startsWith('openai/')) as ApiName[];

/** The API of a request and the values of the placeholders in its path. */
export interface DetectedApi {
  readonly name: ApiName;
  readonly variables: Readonly<Record<string, string>>;
}

const SUFFIXES: readonly (readonly [ApiName, string])[] = entries().filter(([, path]) => !path.includes('{'));
const PATTERNS: readonly (readonly [ApiName, RegExp])[] = entries()
  .filter(([, path]) => path.includes('{'))
  .map(([name, path]) => [name, new RegExp(`${path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`)]);

function entries(): (readonly [ApiName, string])[] {
  return Object.entries(API_PATHS) as [ApiName, string][];
}

export function isApiName(name: string): name is ApiName {
  return name in API_PATHS || name in CONTAINED_PATHS || (NATIVE_APIS as readonly string[]).includes(name);
}

/** `path` without query; any prefix before the API's own path is allowed. Literal paths are tried before those with placeholders. */
export function detectApi(path: string): DetectedApi | undefined {
  for (const [name, suffix] of SUFFIXES) if (path.endsWith(suffix)) return { name, variables: {} };
  for (const [name, pattern] of PATTERNS) {
    const found = pattern.exec(path);
    if (found) return { name, variables: { ...found.groups } };
  }
  return undefined;
}

/** Fills `{x}` from the caller's path; a placeholder without a value stays as it is. */
export function fillPath(template: string, variables: Readonly<Record<string, string>>): string {
  if (!template.includes('{')) return template;
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => variables[name] ?? whole);
}

export interface SplitPath {
  readonly path: string;
  /** With its `?`, or empty. */
  readonly query: string;
}

export function splitPath(pathWithQuery: string): SplitPath {
  const at = pathWithQuery.indexOf('?');
  return at < 0
    ? { path: pathWithQuery, query: '' }
    : { path: pathWithQuery.slice(0, at), query: pathWithQuery.slice(at) };
}

/** Joins a mapped path, which may bring a query of its own, with the caller's query. */
export function joinQuery(path: string, query: string): string {
  if (query === '' || query === '?') return path;
  return path.includes('?') ? `${path}&${query.slice(1)}` : path + query;
}
