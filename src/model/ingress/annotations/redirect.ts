/** Answers that send the client elsewhere. A URL redirect beats ssl-redirect. */
import type { RedirectAction } from '#ir/types.ts';
import { type AnnotationReader, type KnownNames, type Read, readInt, readPath } from './value.ts';

export interface RedirectAnnotations {
  /** 308 to https on the plain listener. */
  readonly https: boolean;
  /** Where exactly `/` leads (302). */
  readonly appRoot?: string;
  readonly url?: RedirectAction;
}

export const REDIRECT_NAMES: KnownNames = {
  'app-root': 'both',
  'ssl-redirect': 'both',
  'force-ssl-redirect': 'both',
  'temporal-redirect': 'both',
  'permanent-redirect': 'both',
  'permanent-redirect-code': 'both',
};

type Target = Omit<RedirectAction, 'type' | 'status'>;
type Status = RedirectAction['status'];

export function parseRedirect(reader: AnnotationReader): RedirectAnnotations {
  const appRoot = reader.get('app-root', readPath);
  // Both are read, so that an invalid second one is reported too.
  const switches = [reader.bool('ssl-redirect'), reader.bool('force-ssl-redirect')];
  const url = urlRedirect(reader);
  return {
    https: switches.includes(true),
    ...(appRoot === undefined ? {} : { appRoot }),
    ...(url === undefined ? {} : { url }),
  };
}

function urlRedirect(reader: AnnotationReader): RedirectAction | undefined {
  const temporal = reader.get('temporal-redirect', readUrl);
  const permanent = reader.get('permanent-redirect', readUrl);
  const code = permanent === undefined ? undefined : reader.get('permanent-redirect-code', readCode);
  if (temporal !== undefined) return { type: 'redirect', status: 302, ...temporal };
  return permanent && { type: 'redirect', status: code ?? 301, ...permanent };
}

/** Envoy can answer these; the others of 300 to 308 have no meaning for a redirect. */
function readCode(text: string): Read<Status> {
  const read = readInt(300, 308)(text);
  const codes: readonly number[] = [301, 302, 303, 307, 308];
  if ('value' in read && codes.includes(read.value)) return { value: read.value as Status };
  return { allowed: '301, 302, 303, 307 or 308' };
}

function readUrl(text: string): Read<Target> {
  const allowed = 'a URL such as https://www.example.com/path';
  const value = text.trim();
  const url = URL.parse(value);
  if (url === null || !/^https?:\/\//i.test(value) || !/^[\w.:[\]-]+$/.test(url.host) || url.username !== '') {
    return { allowed };
  }
  // A URL without a path keeps the path of the request.
  const hasPath = /^https?:\/\/[^/?#]+[/?]/i.test(value);
  return {
    value: {
      scheme: url.protocol === 'https:' ? 'https' : 'http',
      host: url.hostname,
      ...(url.port === '' ? {} : { port: Number(url.port) }),
      ...(hasPath ? { path: `${url.pathname}${url.search}` } : {}),
    },
  };
}
