/** The names that decide before any route does: the server name of a TLS handshake, and the host. */
import type { Gateway, Host, TlsHost } from '#ir/types.ts';

export interface Choice<T> {
  readonly chosen: T | undefined;
  /** Covering ones that lost against the chosen one, nearest first. */
  readonly passedOver: readonly T[];
}

/** Exact name, then the longest `*.suffix` that covers the name (over any number of labels), then `*`. */
export function chooseByName<T extends { readonly name: string }>(all: readonly T[], name: string): Choice<T> {
  const covering = all
    .filter((one) => covers(one.name.toLowerCase(), name.toLowerCase()))
    .sort((a, b) => weight(b.name) - weight(a.name));
  return { chosen: covering[0], passedOver: covering.slice(1) };
}

export function chooseHost(gateway: Gateway, name: string, tls: boolean): Choice<Host> {
  return chooseByName(tls ? gateway.hosts.filter((host) => host.tls) : gateway.hosts, name);
}

/** Without a server name only `*` is left. */
export function chooseTls(gateway: Gateway, sni: string | undefined): Choice<TlsHost> {
  if (sni === undefined) return { chosen: gateway.tls.find(({ name }) => name === '*'), passedOver: [] };
  return chooseByName(gateway.tls, sni);
}

export function whyChosen(pattern: string, name: string): string {
  if (pattern === '*') return `no host is nearer to ${name}`;
  return pattern.startsWith('*.') ? `the longest wildcard that covers ${name}` : 'the exact name';
}

function covers(pattern: string, name: string): boolean {
  if (pattern === '*' || pattern === name) return true;
  const suffix = pattern.slice(1);
  return pattern.startsWith('*.') && name.endsWith(suffix) && name.length > suffix.length;
}

/** An exact name beats wildcards, of those the longest wins. */
function weight(pattern: string): number {
  if (pattern === '*') return 0;
  return pattern.startsWith('*.') ? pattern.length : Number.MAX_SAFE_INTEGER;
}
