/** Annotations that are known but do nothing here, console marks that need no word, and those that nobody knows. */
import { didYouMean } from '#lib/did-you-mean.ts';
import { isMatchCondition } from './matching.ts';
import { type AnnotationReader, HIGRESS_PREFIX, type KnownNames, NGINX_PREFIX } from './value.ts';

/** Read by the reference, not by this version. */
const LATER = new Set(['rpc-destination-name', 'mcp-sse-stateful-param-name']);

/** Read by nginx's controller, by neither the reference nor this program. */
const NGINX_ONLY: Readonly<Record<string, string>> = {
  'auth-url': 'use the plugin ext-auth',
  'configuration-snippet': 'use a plugin such as transformer',
  'limit-connections': 'there is no equivalent',
  'limit-rpm': 'use higress.io/route-limit-rpm',
  'limit-rps': 'use higress.io/route-limit-rps',
  'proxy-body-size': 'bodies are not limited',
  'proxy-buffering': 'answers are streamed',
  'proxy-connect-timeout': 'use higress.io/timeout',
  'proxy-read-timeout': 'use higress.io/timeout',
  'proxy-send-timeout': 'use higress.io/timeout',
  'server-snippet': 'use a plugin such as transformer',
};

const AUTH = new Set(['auth-type', 'auth-secret', 'auth-realm', 'auth-secret-type']);

/** Marks of the console, without meaning for requests. */
const CONSOLE = new Set([
  'enable-rewrite',
  'enable-proxy-next-upstream',
  'enable-header-control',
  'comment',
  'resource-description',
  'resource-definer',
  'internal',
  'biz-type',
  'mcp-server-type',
  'mcp-server-upstream-transport-type',
]);
const CONSOLE_PREFIX = /^(disabled\.|domain_|wasm-plugin-)/;

/**
 * True when the Ingress asks for authentication by annotation, which is not there: such routes answer 503 rather than be open.
 */
export function parseAuth(reader: AnnotationReader): boolean {
  const key = reader.key('auth-type');
  if (key === undefined) return false;
  const value = reader.object.metadata.annotations[key] ?? '';
  reader.report(
    key,
    'AnnotationNotSupported',
    `${key}: authentication by annotation is not there; the routes of this Ingress answer 503`,
    {
      value,
      hint: 'use the plugin basic-auth or key-auth and remove the annotation',
    },
  );
  return true;
}

export function reportUnread(reader: AnnotationReader, known: KnownNames): void {
  for (const key of Object.keys(reader.object.metadata.annotations).sort()) {
    const nginx = key.startsWith(NGINX_PREFIX);
    if (!nginx && !key.startsWith(HIGRESS_PREFIX)) continue;
    const name = key.slice(nginx ? NGINX_PREFIX.length : HIGRESS_PREFIX.length);
    const prefixes = Object.hasOwn(known, name) ? known[name] : undefined;
    if (prefixes === 'both' || (prefixes === 'higress' && !nginx)) continue;
    if (isMatchCondition(key) || (!nginx && (CONSOLE.has(name) || CONSOLE_PREFIX.test(name)))) continue;
    // Together with auth-type they are part of its report; alone they do nothing.
    if (AUTH.has(name) && reader.has('auth-type')) continue;
    const warn = (reason: string, message: string, hint: string | undefined) =>
      reader.report(key, reason, message, { severity: 'warning', ...(hint === undefined ? {} : { hint }) });
    if (LATER.has(name) || AUTH.has(name) || name.startsWith('mcp-server')) {
      warn('AnnotationNotSupported', `${key} is not supported yet and has no effect`, undefined);
    } else if (Object.hasOwn(NGINX_ONLY, name)) {
      warn('AnnotationNotSupported', `${key} is not supported and has no effect`, NGINX_ONLY[name]);
    } else if (prefixes === 'higress') {
      warn('AnnotationUnknown', `${key} is unknown and has no effect`, `did you mean "${HIGRESS_PREFIX}${name}"?`);
    } else {
      const meant = didYouMean(name, Object.keys(known));
      const hint = meant === undefined ? undefined : `did you mean "${HIGRESS_PREFIX}${meant}"?`;
      warn('AnnotationUnknown', `${key} is unknown and has no effect`, hint);
    }
  }
}
