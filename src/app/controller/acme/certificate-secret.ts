/** The Secret of an issued certificate, read and written at the API server itself: what a watch knows may be a moment old. */

import { X509Certificate } from 'node:crypto';
import type { Secret } from '#model/secret.ts';
import { parseSecret } from '#model/secret.ts';
import type { KubeClient, Query } from '#sources/kube/client.ts';
import { MADE_HERE } from '../objects.ts';
import type { Issued } from './certificate-authority.ts';
import { SOURCE_ANNOTATION } from './due.ts';

export interface SecretName {
  readonly namespace: string;
  readonly name: string;
}

/** As the API server sent it. */
interface RawSecret {
  readonly type?: string;
  readonly metadata: {
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
}

export interface StoredSecret {
  readonly raw: RawSecret;
  readonly secret: Secret;
}

const pathOf = ({ namespace }: SecretName) => `/api/v1/namespaces/${namespace}/secrets`;

/** By a list, which the controller may do for all Secrets; undefined when it does not exist. */
export async function readSecret(client: KubeClient, name: SecretName): Promise<StoredSecret | undefined> {
  const query = { fieldSelector: `metadata.name=${name.name}` };
  const { items } = await client.request<{ readonly items: readonly RawSecret[] }>(pathOf(name), { query });
  const [raw] = items;
  const secret = raw && parseSecret({ value: raw }, { namespace: name.namespace }).object;
  return raw === undefined || secret === undefined ? undefined : { raw, secret };
}

export interface WriteOptions {
  readonly domain: string;
  readonly source: string;
  /** What is there now. */
  readonly before: StoredSecret | undefined;
  readonly now: Date;
}

/**
 * Rejects as `writeSecret` would, without writing: a CA gives few certificates for a host, so none is asked for that could not be kept.
 */
export async function tryWrite(client: KubeClient, name: SecretName, before: StoredSecret | undefined): Promise<void> {
  const data = { ...before?.raw.data, 'tls.crt': '', 'tls.key': '' };
  await put(client, name, before, { metadata: {}, data }, { dryRun: 'All' });
}

/** Rejects when somebody wrote it meanwhile. What else is in the Secret stays. Nobody owns it: it outlives the release. */
export async function writeSecret(
  client: KubeClient,
  name: SecretName,
  { chain, key }: Issued,
  { domain, source, before, now }: WriteOptions,
): Promise<void> {
  const { validFrom, validTo } = new X509Certificate(chain);
  const renewed = before?.secret.data['tls.crt'] !== undefined;
  const { labels, annotations } = before?.raw.metadata ?? {};
  const metadata = {
    labels: { ...MADE_HERE, ...labels },
    annotations: {
      ...annotations,
      'higress.io/cert-domain': domain,
      'higress.io/cert-notBefore': dateText(new Date(validFrom)),
      'higress.io/cert-notAfter': dateText(new Date(validTo)),
      [SOURCE_ANNOTATION]: source,
      'higress.io/cert-renew': String(renewed),
      ...(renewed ? { 'higress.io/cert-renew-time': dateText(now) } : {}),
    },
  };
  const data = {
    ...before?.raw.data,
    'tls.crt': Buffer.from(chain).toString('base64'),
    'tls.key': Buffer.from(key.reveal()).toString('base64'),
  };
  await put(client, name, before, { metadata, data });
}

async function put(
  client: KubeClient,
  name: SecretName,
  before: StoredSecret | undefined,
  { metadata, data }: { readonly metadata: object; readonly data: Readonly<Record<string, string>> },
  query: Query = {},
): Promise<void> {
  const { resourceVersion } = before?.raw.metadata ?? {};
  const body = {
    apiVersion: 'v1',
    kind: 'Secret',
    type: before?.raw.type ?? 'kubernetes.io/tls',
    metadata: { ...metadata, ...name, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
    data,
  };
  if (before === undefined) await client.request(pathOf(name), { method: 'POST', body, query });
  else await client.request(`${pathOf(name)}/${name.name}`, { method: 'PUT', body, query });
}

/** `2006-01-02 15:04:05`, in UTC. */
function dateText(date: Date): string {
  return date.toISOString().slice(0, 19).replace('T', ' ');
}
