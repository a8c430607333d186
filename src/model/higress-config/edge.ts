/** What `mesh` says of the sockets that face clients and of look-ups of names: settings that Istio has, or Higress's own Istio. */
import { type ZodType, z } from 'zod';
import { CIPHERS } from '#ir/tls-ciphers.ts';
import type { DownstreamSettings, TlsVersion } from '#ir/types.ts';
import { durationMs } from '#lib/duration.ts';
import { check, type Fields, isRecord, type Reporter, warnUnknown } from '../parse.ts';

const VERSIONS = ['TLSv1.0', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
const version = z.enum(VERSIONS).optional();

const globalSchema = z
  .object({
    enableH3: z.boolean().default(false),
    enableProxyProtocol: z.boolean().default(false),
    tlsMinProtocolVersion: version,
    tlsMaxProtocolVersion: version,
    tlsCipherSuites: z.array(z.string()).default([]),
  })
  .refine(
    ({ tlsMinProtocolVersion: min, tlsMaxProtocolVersion: max }) =>
      min === undefined || max === undefined || VERSIONS.indexOf(min) <= VERSIONS.indexOf(max),
    'expected a tlsMinProtocolVersion that is not above tlsMaxProtocolVersion',
  );
const GLOBAL_KEYS = Object.keys(globalSchema.shape);
const GLOBAL = 'data.mesh.mseIngressGlobalConfig';
const DEFAULTS = 'data.mesh.defaultConfig';

/** Envoy takes nothing below a millisecond; a look-up more often than each second would only load the name server. */
const MIN_REFRESH_MS = 1000;
const refresh = z
  .string()
  .transform((text) => durationMs(text) ?? Number.NaN)
  .refine((ms) => ms >= MIN_REFRESH_MS, 'expected a duration of a second at least, such as 60s');

export type EdgeSettings = Pick<DownstreamSettings, 'http3' | 'proxyProtocol' | 'offersHttp2' | 'tls' | 'dnsRefreshMs'>;

/** Each setting on its own: one that is wrong stays as it was in `before`, or has its default. */
export function edgeOf(mesh: Fields, before: EdgeSettings | undefined, report: Reporter): EdgeSettings {
  const read = <T>(schema: ZodType<T>, value: unknown, path: string): T | undefined =>
    value === undefined || value === null ? undefined : check(schema, value, path, report);
  const written = mesh.mseIngressGlobalConfig;
  warnUnknown(written, GLOBAL_KEYS, GLOBAL, report);
  const all = check(globalSchema, written ?? {}, GLOBAL, report);
  const proxy = isRecord(mesh.defaultConfig) ? mesh.defaultConfig : {};
  const path = `${DEFAULTS}.disableAlpnH2`;
  const withoutHttp2 = check(z.boolean().default(false), proxy.disableAlpnH2 ?? undefined, path, report);
  const given = read(refresh, mesh.dnsRefreshRate, 'data.mesh.dnsRefreshRate');
  const dnsRefreshMs = given ?? (mesh.dnsRefreshRate == null ? undefined : before?.dnsRefreshMs);
  return {
    http3: all?.enableH3 ?? before?.http3 ?? false,
    proxyProtocol: all?.enableProxyProtocol ?? before?.proxyProtocol ?? false,
    offersHttp2: withoutHttp2 === undefined ? (before?.offersHttp2 ?? true) : !withoutHttp2,
    tls: all === undefined ? (before?.tls ?? {}) : tlsOf(all, report),
    ...(dnsRefreshMs === undefined ? {} : { dnsRefreshMs }),
  };
}

function tlsOf(
  { tlsMinProtocolVersion: min, tlsMaxProtocolVersion: max, tlsCipherSuites }: z.infer<typeof globalSchema>,
  report: Reporter,
): DownstreamSettings['tls'] {
  const ciphers = tlsCipherSuites.filter((name, index) => {
    if (CIPHERS.has(name)) return true;
    const path = `${GLOBAL}.tlsCipherSuites[${index}]`;
    report.warning(path, `${path}: cipher ${name} is unknown to Envoy and left out`, {
      reason: 'UnknownCipher',
      value: name,
      hint: `use names such as ${[...CIPHERS].slice(0, 2).join(', ')}`,
    });
    return false;
  });
  return {
    ...(min === undefined ? {} : { minVersion: envoyVersion(min) }),
    ...(max === undefined ? {} : { maxVersion: envoyVersion(max) }),
    ...(ciphers.length === 0 ? {} : { ciphers }),
  };
}

function envoyVersion(name: (typeof VERSIONS)[number]): TlsVersion {
  return name.replace('.', '_') as TlsVersion;
}

/** Which statistics Envoy keeps it reads at its start only, from the bootstrap that the chart writes. */
export function warnOfStats(mesh: Fields, report: Reporter): void {
  const proxy = isRecord(mesh.defaultConfig) ? mesh.defaultConfig : {};
  const places = [
    ['data.mesh.proxyStatsMatcher', mesh.proxyStatsMatcher],
    [`${DEFAULTS}.proxyStatsMatcher`, proxy.proxyStatsMatcher],
  ] as const;
  for (const [path, matcher] of places) {
    if (matcher === undefined || matcher === null || keepsAll(matcher)) continue;
    report.warning(path, `${path} has no effect here: Envoy reads which statistics it keeps when it starts`, {
      reason: 'IgnoredField',
      hint: "set the chart's value global.proxy.proxyStatsMatcher.inclusionRegexps",
    });
  }
}

function keepsAll(matcher: unknown): boolean {
  if (!isRecord(matcher)) return false;
  const { inclusionRegexps: all, ...others } = matcher;
  return Object.keys(others).length === 0 && Array.isArray(all) && all.includes('.*');
}
