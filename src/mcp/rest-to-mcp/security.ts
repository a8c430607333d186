/** Credentials of tools: taken from the client's request, put into the backend's. The two schemes may differ. */
import { queryPairs, withQuery } from '#plugin-sdk/query.ts';
import type { ServeRequest } from '#plugin-sdk/serve.ts';
import type { RestServerDocument, RestTool, SecurityScheme } from './document.ts';

export interface ClientCredential {
  /** Absent: the client brought none, or it must not be used for the backend. */
  readonly passed?: string;
  /** Header that held it, lower case: it does not travel on. */
  readonly header?: string;
  /** Path of the client's request without the credential. */
  readonly path: string;
  /** A security scheme decides on the client's credential. */
  readonly handled: boolean;
}

export interface BackendCredential {
  readonly place: 'header' | 'query' | 'cookie';
  readonly name: string;
  readonly value: string;
}

/** Something that is not as it should be and does not stop the call. */
export type Warn = (fields: object, message: string) => void;

type Schemes = ReadonlyMap<string, SecurityScheme>;

/** The credential is taken out in any case; whether clients may call at all is the business of the authentication plugins. */
export function takeClientCredential(
  tool: RestTool,
  server: RestServerDocument,
  schemes: Schemes,
  request: Pick<ServeRequest, 'headers' | 'path'>,
  warn: Warn,
): ClientCredential {
  const { path } = request;
  const wish = named(tool.security) ?? named(server.defaultDownstreamSecurity);
  if (wish === undefined) return { path, handled: false };
  const scheme = schemes.get(wish.id);
  if (scheme === undefined) {
    warn({ tool: tool.name, scheme: wish.id }, 'a tool names a security scheme that does not exist');
    return { path, handled: false };
  }
  const taken = extract(scheme, request);
  const usable = wish.passthrough && taken.value !== undefined && taken.value !== '';
  return {
    path: taken.path ?? path,
    handled: true,
    ...(taken.header === undefined ? {} : { header: taken.header }),
    ...(usable ? { passed: taken.value } : {}),
  };
}

/** Undefined: the call goes out without a credential. */
export function backendCredential(
  tool: RestTool,
  server: RestServerDocument,
  schemes: Schemes,
  passed: string | undefined,
  warn: Warn,
): BackendCredential | undefined {
  const wish = named(tool.requestTemplate.security) ?? named(server.defaultUpstreamSecurity);
  if (wish === undefined) return undefined;
  const scheme = schemes.get(wish.id);
  if (scheme === undefined) {
    warn({ tool: tool.name, scheme: wish.id }, 'a tool names a security scheme that does not exist');
    return undefined;
  }
  const credential = passed ?? (wish.credential || scheme.defaultCredential);
  if (credential === '') {
    warn({ tool: tool.name, scheme: wish.id }, 'there is no credential for the backend of a tool');
    return undefined;
  }
  if (scheme.type === 'apiKey') return { place: scheme.in, name: scheme.name, value: credential };
  const value = scheme.scheme === 'bearer' ? credential : basic(credential, passed !== undefined);
  return { place: 'header', name: 'authorization', value: prefixed(scheme.scheme, value) };
}

interface Taken {
  readonly value: string | undefined;
  readonly header?: string;
  readonly path?: string;
}

function extract(scheme: SecurityScheme, { headers, path }: Pick<ServeRequest, 'headers' | 'path'>): Taken {
  if (scheme.type === 'http') {
    const value = headers.get('authorization') ?? '';
    const [word = '', ...rest] = value.trim().split(' ');
    const matches = word.toLowerCase() === scheme.scheme;
    return { value: matches ? rest.join(' ').trim() : undefined, header: 'authorization' };
  }
  switch (scheme.in) {
    case 'header': {
      const header = scheme.name.toLowerCase();
      return { value: headers.get(header), header };
    }
    case 'query': {
      const pairs = queryPairs(path);
      const value = pairs.find(({ name }) => name === scheme.name)?.value;
      if (value === undefined) return { value };
      const others = pairs.filter(({ name }) => name !== scheme.name);
      return { value, path: withQuery(path, others) };
    }
    case 'cookie':
      return { value: cookie(headers.getAll('cookie').join('; '), scheme.name), header: 'cookie' };
  }
}

function cookie(text: string, name: string): string | undefined {
  for (const part of text.split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim();
  }
  return undefined;
}

/** What is written as `user:password` is encoded; what a client sent is encoded already. */
function basic(credential: string, fromClient: boolean): string {
  return fromClient || !credential.includes(':') ? credential : Buffer.from(credential).toString('base64');
}

function prefixed(scheme: 'bearer' | 'basic', value: string): string {
  if (value.toLowerCase().startsWith(`${scheme} `)) return value;
  return `${scheme === 'bearer' ? 'Bearer' : 'Basic'} ${value}`;
}

function named<T extends { readonly id: string }>(wish: T | undefined): T | undefined {
  return wish === undefined || wish.id === '' ? undefined : wish;
}
