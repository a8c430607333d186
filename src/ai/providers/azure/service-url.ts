/** `azureServiceUrl`: where an Azure OpenAI resource is, and how much of the path it names. */
import { splitPath } from '../../api.ts';

export interface ServiceUrl {
  readonly host: string;
  /** With `api-version`, without `?`. */
  readonly query: string;
  /** Every request goes to exactly this path. */
  readonly fixedPath: string | undefined;
  /** The one deployment that every request with a model goes to. */
  readonly deployment: string | undefined;
}

const EXAMPLE = 'https://NAME.openai.azure.com/openai/deployments/DEPLOYMENT?api-version=2024-10-21';

/** The reason why it cannot work, as text. */
export function readServiceUrl(url: string): ServiceUrl | string {
  if (url === '') return `must be set for type "azure", e.g. ${EXAMPLE}`;
  const found = /^https?:\/\/(?<host>[^/?#]+)(?<rest>[^#]*)$/i.exec(url)?.groups;
  if (!found?.host) return `is no URL; write e.g. ${EXAMPLE}`;
  const { path, query } = splitPath(found.rest ?? '');
  if (!new URLSearchParams(query).get('api-version')) return `must have api-version in its query, e.g. ${EXAMPLE}`;
  const clean = path.replace(/\/+$/, '');
  const deployment = /^\/openai\/deployments\/([^/]+)$/.exec(clean)?.[1];
  return {
    host: found.host,
    query: query.slice(1),
    deployment,
    fixedPath: clean === '' || deployment !== undefined ? undefined : path,
  };
}

/** The path with the caller's query and the operator's. Where both name a parameter, such as api-version, the operator's counts. */
export function withServiceQuery(pathWithQuery: string, { query: own }: ServiceUrl): string {
  const { path, query } = splitPath(pathWithQuery);
  const names = new Set(own.split('&').map(nameOf));
  const kept = query
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '' && !names.has(nameOf(pair)));
  return `${path}?${[...kept, own].join('&')}`;
}

function nameOf(pair: string): string {
  return pair.split('=', 1)[0] ?? '';
}
