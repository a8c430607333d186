/** Ingress (networking.k8s.io/v1). A wrong rule, path or TLS entry is left out and reported; the rest of the object works. */
import { z } from 'zod';
import { kept } from '#lib/kept.ts';
import { withoutNulls } from '#lib/without-nulls.ts';
import type { KubeObject, Parsed, RawDocument } from '../object.ts';
import {
  check,
  describe,
  type Fields,
  failed,
  isRecord,
  join,
  type ParseDefaults,
  type Reporter,
  readObject,
  warnUnknown,
} from '../parse.ts';

const backendPort = z
  .object({
    name: z.string().min(1).optional(),
    number: z.number().int().min(1).max(65535).optional(),
  })
  .refine((port) => (port.name === undefined) !== (port.number === undefined), 'needs either name or number');

const backend = z
  .object({
    service: z.object({ name: z.string().min(1), port: backendPort }).optional(),
    resource: z
      .object({ apiGroup: z.string().optional(), kind: z.string().min(1), name: z.string().min(1) })
      .optional(),
  })
  .refine(
    (value) => (value.service === undefined) !== (value.resource === undefined),
    'needs either service or resource',
  );

const path = z.object({
  path: z.string().optional(),
  pathType: z.enum(['Exact', 'Prefix', 'ImplementationSpecific']).optional(),
  backend,
});

const tls = z.object({
  /** Empty = `*`. */
  hosts: z.array(z.string()).default([]),
  secretName: z.string().optional(),
});

export type IngressBackend = Readonly<z.output<typeof backend>>;

export interface IngressPath extends Readonly<z.output<typeof path>> {
  /** Field path of this entry, for reports. */
  readonly at: string;
}

export interface IngressRule {
  /** Lower case; `*` when the rule names none. */
  readonly host: string;
  readonly paths: readonly IngressPath[];
}

export interface IngressTls extends Readonly<z.output<typeof tls>> {
  readonly at: string;
}

export interface IngressSpec {
  readonly ingressClassName?: string;
  readonly defaultBackend?: IngressBackend;
  readonly tls: readonly IngressTls[];
  readonly rules: readonly IngressRule[];
}

export interface Ingress extends KubeObject<'Ingress'> {
  readonly spec: IngressSpec;
}

/** Lower case: a name, `*.suffix`, or `*`. */
export const HOST = /^(\*|(\*\.)?[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?(\.[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?)*)$/;
const API_VERSION = 'networking.k8s.io/v1';

export function parseIngress(raw: RawDocument, defaults: ParseDefaults): Parsed<Ingress> {
  const read = readObject('Ingress', raw, defaults);
  if (read.base === undefined) return failed(read.problems);
  if (read.base.apiVersion !== API_VERSION) {
    const value = read.base.apiVersion;
    const hint = `write it as ${API_VERSION}`;
    read.error('apiVersion', `apiVersion "${value}" of Ingress is not read`, { value, hint });
    return failed(read.problems);
  }
  const given = withoutNulls(read.document.spec ?? {});
  if (!isRecord(given)) {
    read.error('spec', `spec must be a map, not ${describe(given)}`);
    return failed(read.problems);
  }
  warnUnknown(given, ['ingressClassName', 'defaultBackend', 'tls', 'rules'], 'spec', read);
  const className = check(z.string().optional(), given.ingressClassName, 'spec.ingressClassName', read);
  const fallback =
    given.defaultBackend === undefined ? undefined : parseBackend(given.defaultBackend, 'spec.defaultBackend', read);
  const spec: IngressSpec = {
    ...(className === undefined ? {} : { ingressClassName: className }),
    ...(fallback === undefined ? {} : { defaultBackend: fallback }),
    tls: kept(items(given.tls, 'spec.tls', read).flatMap(([entry, at]) => parseTls(entry, at, read))),
    rules: kept(items(given.rules, 'spec.rules', read).flatMap(([rule, at]) => parseRule(rule, at, read))),
  };
  if (given.rules === undefined && given.defaultBackend === undefined) {
    const hint = 'add spec.rules';
    read.error('spec', 'the Ingress has neither rules nor a defaultBackend', { reason: 'EmptyRule', hint });
  }
  return { object: { ...read.base, spec }, problems: read.problems };
}

function parseBackend(value: unknown, at: string, report: Reporter): IngressBackend | undefined {
  const parsed = check(backend, value, at, report);
  if (parsed !== undefined) warnUnknown(value, ['service', 'resource'], at, report);
  return parsed;
}

function parseTls(value: unknown, at: string, report: Reporter): IngressTls[] {
  const entry = check(tls, value, at, report);
  if (entry === undefined) return [];
  warnUnknown(value, ['hosts', 'secretName'], at, report);
  const hosts = entry.hosts.map((host) => host.trim().toLowerCase()).map((host) => (host === '' ? '*' : host));
  return [{ ...entry, hosts: hosts.length === 0 ? ['*'] : hosts, at }];
}

const ruleShell = z.object({ host: z.string().optional(), http: z.record(z.string(), z.unknown()).optional() });

function parseRule(value: unknown, at: string, report: Reporter): IngressRule[] {
  const rule = check(ruleShell, value, at, report);
  if (rule === undefined) return [];
  warnUnknown(value, ['host', 'http'], at, report);
  const host = rule.host === undefined || rule.host === '' ? '*' : rule.host.toLowerCase();
  if (!HOST.test(host)) {
    const hint = 'use a name such as shop.example.com, *.example.com, or leave host away; no port';
    report.error(join(at, 'host'), `host "${rule.host}" is no DNS name and no wildcard`, { value: host, hint });
    return [];
  }
  if (rule.http !== undefined) warnUnknown(rule.http, ['paths'], `${at}.http`, report);
  const given = items(rule.http?.paths, `${at}.http.paths`, report);
  if (given.length === 0) {
    const message = `the rule for host "${host}" has no paths and is skipped`;
    report.warning(at, message, { reason: 'EmptyRule', hint: 'add http.paths' });
  }
  return [{ host, paths: kept(given.flatMap(([entry, where]) => parsePath(entry, where, report))) }];
}

function parsePath(value: unknown, at: string, report: Reporter): IngressPath[] {
  const parsed = check(path, value, at, report);
  if (parsed === undefined) return [];
  warnUnknown(value, Object.keys(path.shape), at, report);
  warnUnknown((value as Fields).backend, ['service', 'resource'], `${at}.backend`, report);
  return [{ ...parsed, at }];
}

function items(value: unknown, at: string, report: Reporter): [unknown, string][] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    report.error(at, `${at} must be a list, not ${describe(value)}`);
    return [];
  }
  return value.map((item, index) => [item, join(at, index)]);
}
