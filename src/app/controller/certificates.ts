/**
 * Credentials of xDS: a CA in the Secret `higress-xds-ca`, certificates for gateways and plugin servers in Secrets that their pods mount, and this
 * replica's own server certificate in files. Any replica makes what is missing or old (first writer wins), so that none waits for a leader. Secrets that
 * something else made, cert-manager for example, are used and never written.
 */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, systemClock } from '#lib/clock.ts';
import type { Logger } from '#lib/log.ts';
import { type KubeClient, KubeError } from '#sources/kube/client.ts';
import type { TlsFiles } from '#xds/server/index.ts';
import type { Identity } from './authority.ts';
import { type FreshnessOptions, isFresh } from './certificate-freshness.ts';
import { Issuing } from './issuing.ts';
import { isMadeHere, MADE_HERE } from './objects.ts';
import { type OwnerReference, withOwner } from './release-owner.ts';

export interface CertificatesOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  /** Names under which this replica is reached. */
  readonly serverNames: readonly string[];
  /** The server's files go here; not shared with other replicas. */
  readonly dir: string;
  /** Owner of the Secrets. */
  readonly owner: Promise<OwnerReference | undefined>;
  readonly log: Logger;
  readonly clock?: Clock;
  readonly checkMs?: number;
}

export const CA_SECRET = 'higress-xds-ca';
/** Common name in the certificate = role of the client. */
export const CLIENT_SECRETS = { gateway: 'higress-xds-gateway', 'plugin-server': 'higress-xds-plugin-server' } as const;

const CA_DAYS = 3650;
const LEAF_DAYS = 90;
const CHECK_MS = 3_600_000;
const ATTEMPTS = 5;

interface Secret {
  readonly metadata: {
    readonly name: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly OwnerReference[];
  };
  readonly data?: Readonly<Record<string, string>>;
}

export class Certificates {
  readonly #options: CertificatesOptions;
  readonly #issuing = new Issuing();
  #cancel: (() => void) | undefined;
  #stopped = false;
  /** PEM of what stands in `files`. */
  #served = '';

  constructor(options: CertificatesOptions) {
    this.#options = options;
  }

  /** Paths of the server's own files. */
  get files(): TlsFiles {
    const { dir } = this.#options;
    return { cert: join(dir, 'tls.crt'), key: join(dir, 'tls.key'), ca: join(dir, 'ca.crt') };
  }

  /** Makes sure of everything once, then goes on looking; rejects when the first time fails. */
  async start(): Promise<void> {
    await this.#ensure();
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #schedule(): void {
    const { clock = systemClock, checkMs = CHECK_MS, log } = this.#options;
    if (this.#stopped) return;
    this.#cancel = clock.after(checkMs, () => {
      this.#ensure()
        .catch((error: unknown) => log.error({ err: error }, 'the xDS certificates could not be looked after'))
        .finally(() => this.#schedule());
    });
  }

  async #ensure(): Promise<void> {
    try {
      const ca = await this.#authority();
      for (const [role, name] of Object.entries(CLIENT_SECRETS)) await this.#client(ca, role, name);
      await this.#server(ca);
    } finally {
      this.#issuing.end();
    }
  }

  async #authority(): Promise<Identity> {
    const secret = await this.#secret(
      CA_SECRET,
      (data, left) =>
        data['tls.key'] !== undefined && isFresh(data['tls.crt'] ?? '', { authority: data['tls.crt'] ?? '', ...left }),
      async () => {
        this.#options.log.info({ secret: CA_SECRET }, 'a certificate authority for xDS is made');
        const made = await this.#issuing.createAuthority('higress-xds', CA_DAYS);
        return { 'tls.crt': made.cert, 'tls.key': made.key };
      },
    );
    return { cert: secret['tls.crt'] ?? '', key: secret['tls.key'] ?? '' };
  }

  async #client(ca: Identity, role: string, name: string): Promise<void> {
    await this.#secret(
      name,
      (data, left) => data['ca.crt'] === ca.cert && isFresh(data['tls.crt'] ?? '', { authority: ca.cert, ...left }),
      async () => {
        const made = await this.#issuing.issue(ca, { commonName: role, dnsNames: [role], days: LEAF_DAYS });
        this.#options.log.info({ secret: name, role }, 'a client certificate for xDS is made');
        return { 'tls.crt': made.cert, 'tls.key': made.key, 'ca.crt': ca.cert };
      },
    );
  }

  async #server(ca: Identity): Promise<void> {
    const { serverNames, dir } = this.#options;
    const { cert, key, ca: caFile } = this.files;
    if (isFresh(this.#served, { authority: ca.cert, dnsNames: serverNames })) return;
    const made = await this.#issuing.issue(ca, {
      commonName: serverNames[0] ?? 'higress-controller',
      dnsNames: serverNames,
      days: LEAF_DAYS,
    });
    await mkdir(dir, { recursive: true });
    for (const [path, text] of [
      [caFile, ca.cert],
      [key, made.key],
      [cert, made.cert],
    ] as const) {
      await writeFile(`${path}.new`, text, { mode: 0o600 });
      await rename(`${path}.new`, path);
    }
    this.#served = made.cert;
  }

  /** The data of a Secret that is good, made when it is not; whoever writes first wins, and the others take what is there. */
  async #secret(
    name: string,
    good: (data: Readonly<Record<string, string>>, options: Pick<FreshnessOptions, 'left'>) => boolean,
    make: () => Promise<Readonly<Record<string, string>>>,
  ): Promise<Readonly<Record<string, string>>> {
    const { client, namespace } = this.#options;
    const path = `/api/v1/namespaces/${namespace}/secrets`;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const existing = await client.request<Secret>(`${path}/${name}`).catch((error: unknown) => {
        if (error instanceof KubeError && error.status === 404) return undefined;
        throw error;
      });
      const data = Object.fromEntries(
        Object.entries(existing?.data ?? {}).map(([key, value]) => [
          key,
          Buffer.from(value, 'base64').toString('utf8'),
        ]),
      );
      const theirs = existing !== undefined && !isMadeHere(existing.metadata);
      const fresh = existing !== undefined && good(data, theirs ? { left: 0 } : {});
      if (theirs) {
        // When to renew it is theirs to say.
        if (fresh) return data;
        throw new Error(
          `Secret ${namespace}/${name} was not made by the controller, and its certificate cannot be used: it has expired, lacks tls.key or ca.crt, or is signed by another CA than that of Secret ${CA_SECRET}. Renew it, or delete it and the controller makes its own`,
        );
      }
      const owned = existing?.metadata.ownerReferences;
      const ownerReferences = withOwner(owned, await this.#options.owner);
      if (fresh && ownerReferences === owned) return data;
      const stringData = fresh ? data : await make();
      const metadata = {
        name,
        namespace,
        labels: MADE_HERE,
        ...(ownerReferences !== undefined && { ownerReferences }),
      };
      const body = { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata, stringData };
      try {
        if (existing === undefined) await client.request(path, { method: 'POST', body });
        else {
          const { resourceVersion } = existing.metadata;
          await client.request(`${path}/${name}`, {
            method: 'PUT',
            body: { ...body, metadata: { ...metadata, resourceVersion } },
          });
        }
        return stringData;
      } catch (error) {
        if (!(error instanceof KubeError && error.status === 409)) throw error;
      }
    }
    throw new Error(`Secret ${namespace}/${name} could not be settled with the other replicas`);
  }
}
