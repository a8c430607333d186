/**
 * What the ConfigMap `higress-https` says in its key `cert`: certificates that hosts share, and whether some of them are asked of a CA. A wrong entry is
 * left out and reported; the others count.
 */
import { z } from 'zod';
import type { Origin, Problem } from '#ir/types.ts';
import { type ConfigMap, HIGRESS_HTTPS_NAME } from './config-map.ts';
import { yamlKey } from './config-map-yaml.ts';
import { HOST } from './ingress/ingress.ts';
import { originOf } from './object.ts';
import { check, describe, type Fields, type Reporter, reporter, warnUnknown } from './parse.ts';
import type { WorldSettings } from './world.ts';

export const LETS_ENCRYPT = 'letsencrypt';

export interface SharedCredential {
  /** Lower case: names, `*.suffix`, or `*`; at least one. */
  readonly domains: readonly string[];
  readonly secret: { readonly namespace: string; readonly name: string };
  /** The certificate is asked of this CA; empty: somebody else puts it into the Secret. */
  readonly issuer: '' | typeof LETS_ENCRYPT;
  readonly origin: Origin;
}

export interface HigressHttps {
  /** Who asks the CA; undefined: nobody does. */
  readonly account: { readonly email: string } | undefined;
  /** An Ingress whose Secret does not exist gets the shared certificate of its host. */
  readonly fallbackForInvalidSecret: boolean;
  readonly renewBeforeDays: number;
  readonly credentials: readonly SharedCredential[];
  readonly problems: readonly Problem[];
}

const DEFAULT_RENEW_BEFORE_DAYS = 30;
const AT = 'data.cert';
const NAME = '[a-z0-9]([-a-z0-9.]*[a-z0-9])?';
const SECRET = new RegExp(`^(${NAME}/)?${NAME}$`);
const EMAIL = /^[^\s@"<>,;]+@[^\s@.]+(\.[^\s@.]+)+$/;

const KEYS = [
  'automaticHttps',
  'fallbackForInvalidSecret',
  'renewBeforeDays',
  'acmeIssuer',
  'credentialConfig',
  'version',
];
const days = z.int().min(1).max(89).default(DEFAULT_RENEW_BEFORE_DAYS);
const issuer = z.object({ name: z.string(), email: z.string().default('') });
const credential = z.object({
  domains: z.array(z.string()).min(1),
  tlsIssuer: z.string().nullish(),
  tlsSecret: z.string(),
});
const CREDENTIAL_KEYS = [...Object.keys(credential.shape), 'cacertSecret'];

/** Without the ConfigMap, or with an empty one, there is nothing. `before`: what holds on when the new text cannot be read at all. */
export function higressHttpsOf(
  configMaps: readonly ConfigMap[],
  { systemNamespace, automaticHttps }: Pick<WorldSettings, 'systemNamespace' | 'automaticHttps'>,
  before?: HigressHttps,
): HigressHttps {
  const map = configMaps.find(
    ({ metadata }) => metadata.name === HIGRESS_HTTPS_NAME && metadata.namespace === systemNamespace,
  );
  const report = reporter(
    map === undefined ? { kind: 'ConfigMap', namespace: systemNamespace, name: HIGRESS_HTTPS_NAME } : originOf(map),
  );
  const readable = yamlKey(map, 'cert', before !== undefined, report);
  if (readable === undefined && before !== undefined) return { ...before, problems: report.problems };
  const cert = readable ?? {};
  warnUnknown(cert, KEYS, AT, report);
  const read = <T>(key: string, schema: z.ZodType<T>): T =>
    check(schema, cert[key] ?? undefined, `${AT}.${key}`, report) ?? schema.parse(undefined);
  const said = Object.keys(cert).length > 0;
  const automatic = said && switchedOn(cert, report);
  const given = list(cert, 'credentialConfig', report).flatMap(([entry, at]) =>
    credentialOf(entry, at, systemNamespace, report),
  );
  tellRepeated(given, report);
  const credentials = withoutRivals(given, report);
  const asking = credentials.some(({ issuer }) => issuer !== '');
  const account = automatic
    ? accountOf(cert, asking && automaticHttps !== undefined, automaticHttps?.email ?? '', report)
    : undefined;
  if (automatic && asking && automaticHttps === undefined) {
    report.warning(`${AT}.automaticHttps`, 'no CA is asked for certificates here', {
      reason: 'IgnoredField',
      hint: 'only higress controller does, with --enableAutomaticHttps; elsewhere put the certificates into the Secrets yourself',
    });
  }
  return {
    account,
    fallbackForInvalidSecret: read('fallbackForInvalidSecret', z.boolean().default(false)),
    renewBeforeDays: read('renewBeforeDays', days),
    credentials,
    problems: report.problems,
  };
}

/** Remembers what was last good, and gives the same object for the same argument. */
export function createHttpsReader(
  settings: Pick<WorldSettings, 'systemNamespace' | 'automaticHttps'>,
): (configMaps: readonly ConfigMap[]) => HigressHttps {
  let last: { readonly configMaps: readonly ConfigMap[]; readonly https: HigressHttps } | undefined;
  return (configMaps) => {
    if (last?.configMaps !== configMaps)
      last = { configMaps, https: higressHttpsOf(configMaps, settings, last?.https) };
    return last.https;
  };
}

/** A value that cannot be read asks no CA for anything. */
function switchedOn(cert: Fields, report: Reporter): boolean {
  return check(z.boolean().default(true), cert.automaticHttps ?? undefined, `${AT}.automaticHttps`, report) ?? false;
}

function list(cert: Fields, key: string, report: Reporter): [unknown, string][] {
  const value = cert[key] ?? [];
  if (Array.isArray(value)) return value.map((entry, index) => [entry, `${AT}.${key}[${index}]`]);
  report.error(`${AT}.${key}`, `${AT}.${key} must be a list, not ${describe(value)}`);
  return [];
}

/** The first issuer that can be asked, else the CA in the name of `otherwise`. That nobody can be asked is wrong only when there is something to ask for. */
function accountOf(cert: Fields, asking: boolean, otherwise: string, report: Reporter): HigressHttps['account'] {
  const entries = list(cert, 'acmeIssuer', report);
  if (entries.length === 0 && EMAIL.test(otherwise)) return { email: otherwise };
  if (entries.length === 0 && asking) {
    report.error(`${AT}.acmeIssuer`, 'automaticHttps is on, but acmeIssuer names nobody to ask for certificates', {
      hint: `add {name: ${LETS_ENCRYPT}, email: …} with an address of yours, or set automaticHttps to false`,
    });
  }
  const accounts = entries.flatMap(([entry, at]) => {
    const given = check(issuer, entry, at, report);
    if (given === undefined) return [];
    warnUnknown(entry, ['name', 'email', 'ak', 'sk'], at, report);
    const { name, email } = given;
    if (name !== LETS_ENCRYPT) {
      const hint = `use ${LETS_ENCRYPT}`;
      report.error(`${at}.name`, `${at}.name "${name}" is no CA that can be asked`, { value: name, hint });
      return [];
    }
    if (EMAIL.test(email)) return [{ email }];
    const hint = 'no account is made with a CA without an address that it can write to';
    report.error(`${at}.email`, `${at}.email "${email}" is no e-mail address`, { value: email, hint });
    return [];
  });
  return accounts[0];
}

function credentialOf(entry: unknown, at: string, systemNamespace: string, report: Reporter): SharedCredential[] {
  const given = check(credential, entry, at, report);
  if (given === undefined) return [];
  warnUnknown(entry, CREDENTIAL_KEYS, at, report);
  const domains = given.domains.map((domain) => domain.trim().toLowerCase());
  const wrong = domains.findIndex((domain) => !HOST.test(domain));
  if (wrong >= 0) {
    const where = `${at}.domains[${wrong}]`;
    const value = domains[wrong] ?? '';
    const hint = 'use a name such as shop.example.com, *.example.com, or *; no port';
    report.error(where, `${where} "${value}" is no DNS name and no wildcard`, { value, hint });
    return [];
  }
  const { tlsSecret: value } = given;
  if (!SECRET.test(value)) {
    const hint = 'write name, for a Secret of the system namespace, or namespace/name';
    report.error(`${at}.tlsSecret`, `${at}.tlsSecret "${value}" is no name of a Secret`, { value, hint });
    return [];
  }
  const [name = '', namespace = systemNamespace] = value.split('/').reverse();
  const origin = report.origin(at);
  return [
    { domains, secret: { namespace, name }, issuer: issuerOf(given.tlsIssuer ?? '', domains, at, report), origin },
  ];
}

/** Who cannot be asked for the certificate leaves the Secret to others; it is served all the same. */
function issuerOf(value: string, domains: readonly string[], at: string, report: Reporter): SharedCredential['issuer'] {
  if (value === '') return '';
  const refuse = (path: string, message: string, what: string, hint: string): '' => {
    report.error(path, message, { value: what, hint: `${hint}; until then nobody is asked for this certificate` });
    return '';
  };
  if (value !== LETS_ENCRYPT) {
    const path = `${at}.tlsIssuer`;
    return refuse(
      path,
      `${path} "${value}" is no CA that can be asked`,
      value,
      `use ${LETS_ENCRYPT}, or leave it away`,
    );
  }
  const [domain = '', ...others] = domains;
  if (others.length > 0) {
    const hint = 'write an entry of its own for each domain';
    return refuse(`${at}.domains`, `${at}.domains must be one with tlsIssuer ${value}`, domains.join(', '), hint);
  }
  if (domain.startsWith('*')) {
    const hint = 'name the hosts one by one, or bring the certificate yourself';
    const message = `${at}.domains "${domain}" is a wildcard, which ${value} does not sign over HTTP`;
    return refuse(`${at}.domains[0]`, message, domain, hint);
  }
  return LETS_ENCRYPT;
}

function tellRepeated(credentials: readonly SharedCredential[], report: Reporter): void {
  const first = new Map<string, SharedCredential>();
  for (const one of credentials) {
    for (const [index, domain] of one.domains.entries()) {
      const before = first.get(domain);
      if (before === undefined) {
        first.set(domain, one);
        continue;
      }
      const path = `${one.origin.path}.domains[${index}]`;
      report.warning(path, `${path} "${domain}" stands in ${before.origin.path} already, which counts`, {
        reason: 'DomainRepeated',
        value: domain,
        hint: 'remove one of them',
      });
    }
  }
}

/** Two certificates cannot stand in one Secret: only the first is asked for. */
function withoutRivals(credentials: readonly SharedCredential[], report: Reporter): SharedCredential[] {
  const first = new Map<string, SharedCredential>();
  return credentials.map((one) => {
    if (one.issuer === '') return one;
    const name = `${one.secret.namespace}/${one.secret.name}`;
    const before = first.get(name);
    if (before === undefined) {
      first.set(name, one);
      return one;
    }
    const path = `${one.origin.path}.tlsSecret`;
    report.error(path, `${path} ${name} is that of ${before.origin.path} already`, {
      value: name,
      hint: 'name another Secret; until then nobody is asked for this certificate',
    });
    return { ...one, issuer: '' };
  });
}
