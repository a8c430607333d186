/** Pulls a Wasm module from an OCI registry (distribution specification 1.1): manifest or index, one layer, Bearer or Basic authentication. */
import { createHash } from 'node:crypto';
import { failureText, ModuleFetchError } from './fetch-error.ts';
import { MODULE_LIMIT_BYTES } from './unpack.ts';

export interface OciReference {
  readonly registry: string;
  readonly repository: string;
  /** Tag, or `sha256:…`. */
  readonly reference: string;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface OciPull {
  readonly layer: Buffer;
  /** `sha256:…` of the manifest. */
  readonly manifestDigest: string;
}

interface Descriptor {
  readonly mediaType?: string;
  readonly digest: string;
  readonly size?: number;
}

const MANIFEST_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');
const TIMEOUT_MS = 60_000;

/** `oci://host[:port]/repository[:tag|@sha256:…]`; without a registry host Docker Hub's rules do not apply: the host must be there. */
export function parseOciUrl(url: string): OciReference {
  const match = /^oci:\/\/([^/]+)\/([^@]+?)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(url);
  if (match === null) {
    throw new ModuleFetchError(
      url,
      `"${url}" is not an OCI reference; write oci://HOST/REPOSITORY:TAG or oci://HOST/REPOSITORY@sha256:DIGEST`,
      false,
    );
  }
  const [, registry = '', repository = '', tag, digest] = match;
  return { registry, repository, reference: digest ?? tag ?? 'latest' };
}

export async function pullOci(
  url: string,
  credentials: Credentials | undefined,
  signal: AbortSignal,
): Promise<OciPull> {
  const reference = parseOciUrl(url);
  const client = new RegistryClient(url, reference, credentials, signal);
  let manifest = await client.manifest(reference.reference);
  const children = manifest.json.manifests;
  if (children !== undefined) {
    const first = children[0];
    if (first === undefined) throw new ModuleFetchError(url, `${url}: the image index is empty`, false);
    manifest = await client.manifest(first.digest);
  }
  const layers = manifest.json.layers ?? [];
  const layer = layers.find(({ mediaType = '' }) => mediaType.includes('wasm')) ?? layers.at(-1);
  if (layer === undefined) throw new ModuleFetchError(url, `${url}: the image has no layer`, false);
  return { layer: await client.blob(layer), manifestDigest: manifest.digest };
}

class RegistryClient {
  readonly #url: string;
  readonly #reference: OciReference;
  readonly #credentials: Credentials | undefined;
  readonly #signal: AbortSignal;
  #authorization: string | undefined;

  constructor(url: string, reference: OciReference, credentials: Credentials | undefined, signal: AbortSignal) {
    this.#url = url;
    this.#reference = reference;
    this.#credentials = credentials;
    this.#signal = signal;
  }

  async manifest(
    reference: string,
  ): Promise<{ json: { manifests?: Descriptor[]; layers?: Descriptor[] }; digest: string }> {
    const body = await this.#get(`manifests/${reference}`, MANIFEST_TYPES);
    const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
    if (reference.startsWith('sha256:') && reference !== digest) {
      throw new ModuleFetchError(
        this.#url,
        `${this.#url}: the registry answered a manifest with digest ${digest}`,
        false,
      );
    }
    return { json: JSON.parse(body.toString('utf8')), digest };
  }

  async blob({ digest, size = 0 }: Descriptor): Promise<Buffer> {
    if (size > MODULE_LIMIT_BYTES)
      throw new ModuleFetchError(
        this.#url,
        `${this.#url}: the layer has ${size} bytes, more than ${MODULE_LIMIT_BYTES}`,
        false,
      );
    const body = await this.#get(`blobs/${digest}`, '*/*');
    const actual = `sha256:${createHash('sha256').update(body).digest('hex')}`;
    if (actual !== digest)
      throw new ModuleFetchError(this.#url, `${this.#url}: layer ${digest} arrived with digest ${actual}`, true);
    return body;
  }

  async #get(path: string, accept: string): Promise<Buffer> {
    const { registry, repository } = this.#reference;
    const target = `${schemeOf(registry)}://${registry}/v2/${repository}/${path}`;
    let response = await this.#fetch(target, { accept });
    if (response.status === 401) {
      this.#authorization = await this.#authorize(response.headers.get('www-authenticate') ?? '');
      response = await this.#fetch(target, { accept });
    }
    if (response.status !== 200) {
      const retryable = response.status >= 500 || response.status === 429;
      const hint =
        response.status === 401 || response.status === 403 ? '; name a docker-config Secret in imagePullSecret' : '';
      throw new ModuleFetchError(
        this.#url,
        `${this.#url}: the registry answered ${response.status} to ${path}${hint}`,
        retryable,
      );
    }
    return Buffer.from(await response.arrayBuffer());
  }

  async #fetch(target: string, headers: Record<string, string>): Promise<Response> {
    // A redirect to a blob store must not carry the registry's credentials; fetch drops them across origins.
    const authorization: Record<string, string> =
      this.#authorization === undefined ? {} : { authorization: this.#authorization };
    try {
      return await fetch(target, {
        headers: { ...headers, ...authorization },
        signal: AbortSignal.any([this.#signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
    } catch (error) {
      throw new ModuleFetchError(
        this.#url,
        `${this.#url}: the registry ${this.#reference.registry} cannot be reached: ${failureText(error)}`,
        true,
        error,
      );
    }
  }

  /** Answers a challenge: Basic with the credentials, or Bearer with a token from the realm. */
  async #authorize(challenge: string): Promise<string> {
    const basic =
      this.#credentials &&
      `Basic ${Buffer.from(`${this.#credentials.username}:${this.#credentials.password}`).toString('base64')}`;
    if (!/^bearer /i.test(challenge)) {
      if (basic === undefined)
        throw new ModuleFetchError(
          this.#url,
          `${this.#url}: the registry wants credentials; name a docker-config Secret in imagePullSecret`,
          false,
        );
      return basic;
    }
    const parameters = Object.fromEntries(
      [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
    );
    const realm = new URL(parameters.realm ?? '');
    if (parameters.service !== undefined) realm.searchParams.set('service', parameters.service);
    realm.searchParams.set('scope', parameters.scope ?? `repository:${this.#reference.repository}:pull`);
    const response = await fetch(realm, {
      headers: basic === undefined ? {} : { authorization: basic },
      signal: this.#signal,
    }).catch((error: unknown) => {
      throw new ModuleFetchError(
        this.#url,
        `${this.#url}: the token service cannot be reached: ${failureText(error)}`,
        true,
        error,
      );
    });
    if (response.status !== 200)
      throw new ModuleFetchError(
        this.#url,
        `${this.#url}: the token service answered ${response.status}`,
        response.status >= 500,
      );
    const { token, access_token: accessToken } = (await response.json()) as { token?: string; access_token?: string };
    return `Bearer ${token ?? accessToken ?? ''}`;
  }
}

/** Registries on loopback are plain HTTP, as Docker treats them; all others HTTPS. */
function schemeOf(registry: string): 'http' | 'https' {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(registry) ? 'http' : 'https';
}
