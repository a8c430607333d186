/** URLs taken apart by the rules of Go's net/url. */
import { TemplateError } from '../errors.ts';
import { fn, type GoFunction, type GoFunctions, type GoMap } from './types.ts';

export const urlFunctions: GoFunctions = {
  urlParse: fn(['string'], ([text]) => parseUrl(text)),
  urlJoin: fn(['map'], () => null),
  getHostByName: refusedLookup(),
};

function refusedLookup(): GoFunction {
  return fn(['string'], ([name]) => {
    throw new TemplateError(`getHostByName: "${name}" is not looked up: templates do not ask name servers`);
  });
}

/** `scheme:opaque?query#fragment` or `scheme://userinfo@host/path?query#fragment`; paths and fragments are decoded. */
function parseUrl(text: string): GoMap {
  const fail = (reason: string): never => {
    throw new TemplateError(`urlParse: ${JSON.stringify(text)}: ${reason}`);
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\x00-\x1f\x7f]/.test(text)) fail('invalid control character in URL');
  const [, beforeFragment = '', fragment = ''] = /^([^#]*)(?:#(.*))?$/s.exec(text) ?? [];
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(beforeFragment)?.[1] ?? '';
  if (beforeFragment.startsWith(':')) fail('missing protocol scheme');
  const afterScheme = scheme === '' ? beforeFragment : beforeFragment.slice(scheme.length + 1);
  const [, beforeQuery = '', query = ''] = /^([^?]*)(?:\?(.*))?$/s.exec(afterScheme) ?? [];
  const parts = { scheme: scheme.toLowerCase(), query, fragment: decode(fragment, fail) };
  if (scheme !== '' && !beforeQuery.startsWith('/') && beforeQuery !== '') {
    return result({ ...parts, opaque: beforeQuery });
  }
  if (scheme === '' && /^[^/]*:/.test(beforeQuery)) fail('first path segment in URL cannot contain colon');
  const hasAuthority = beforeQuery.startsWith('//') && (scheme !== '' || !beforeQuery.startsWith('///'));
  const [, authority = '', path = ''] = hasAuthority
    ? (/^\/\/([^/]*)(.*)$/s.exec(beforeQuery) ?? [])
    : ['', '', beforeQuery];
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  if (/^[^[]+\[|^\[[^\]]*$|^\[.*\](?!$|:\d*$)[^\]]*$|^[^[].*:(?!\d*$)[^:]*$|^:(?!\d*$)[^:]*$/.test(host))
    fail('invalid host or port');
  if (/%(?!25)[0-7]/.test(host)) fail('invalid URL escape in the host');
  return result({
    ...parts,
    userinfo: at < 0 ? '' : userInfo(authority.slice(0, at), fail),
    host: decode(host, fail),
    hostname: decode(host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1'), fail),
    path: decode(path, fail),
  });
}

const PARTS = ['scheme', 'userinfo', 'host', 'hostname', 'path', 'query', 'opaque', 'fragment'];

function result(found: Readonly<Record<string, string>>): GoMap {
  return new Map(PARTS.map((part) => [part, found[part] ?? '']));
}

function userInfo(text: string, fail: (reason: string) => never): string {
  if (!/^[\w\-.:~!$&'()*+,;=%@]*$/.test(text)) fail('invalid userinfo');
  return text
    .split(/:(.*)/s, 2)
    .map((part) => encodeURIComponent(decode(part, fail)).replace(/%(24|26|2B|2C|3B|3D)|[!'()*]/g, reencode))
    .join(':');
}

/** In user names `$&+,;=` stand as they are, and what `encodeURIComponent` leaves is escaped. */
function reencode(found: string): string {
  return found.length > 1
    ? String.fromCharCode(Number.parseInt(found.slice(1), 16))
    : `%${found.charCodeAt(0).toString(16).toUpperCase()}`;
}

function decode(text: string, fail: (reason: string) => never): string {
  const wrong = /%(?![0-9a-fA-F]{2}).{0,2}/su.exec(text);
  if (wrong !== null) fail(`invalid URL escape ${JSON.stringify(wrong[0])}`);
  if (!text.includes('%')) return text;
  const bytes = Buffer.from(text)
    .toString('latin1')
    .replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
