/**
 * Modules that users bring: pulled once, judged, kept by content on disk, served to Envoy by their digest. A module is asked for by what the
 * WasmPlugin says of it; the answer is at once (`ready`, `pending`, `failed`), and a failing pull is tried again with back-off.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sleep, systemClock } from '#lib/clock.ts';
import { judgeModule } from './abi.ts';
import { WasmFormatError } from './binary.ts';
import { failureText, ModuleFetchError } from './fetch-error.ts';
import { type Credentials, pullOci } from './oci.ts';
import { MODULE_LIMIT_BYTES, unpackModule } from './unpack.ts';

export interface ModuleRequest {
  /** `oci://…`, `http(s)://…`, or `file:///…` (read by this process). */
  readonly url: string;
  /** Hex digest of the module or of the image manifest; empty = not checked. */
  readonly sha256: string;
  readonly pullPolicy: 'IfNotPresent' | 'Always';
  readonly credentials?: Credentials;
}

export type ModuleState =
  | { readonly state: 'pending' }
  /** `sha256`: hex digest of the stored file, which Envoy gets and checks. */
  | { readonly state: 'ready'; readonly sha256: string }
  /** `final`: trying again cannot help until the object changes. */
  | { readonly state: 'failed'; readonly reason: string; readonly final: boolean };

export interface ModuleStoreOptions {
  readonly dir: string;
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  readonly random?: () => number;
  readonly minBackoffMs?: number;
  readonly maxBackoffMs?: number;
}

interface Entry {
  state: ModuleState;
  failures: number;
  timer?: NodeJS.Timeout;
  /** The last good digest goes on being served while a newer pull fails. */
  sha256?: string;
}

const ARRIVAL_POLL_MS = 100;

export class ModuleStore {
  readonly #options: ModuleStoreOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #abort = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(options: ModuleStoreOptions) {
    this.#options = options;
  }

  /** The module's state now; the first call begins the pull. */
  request(request: ModuleRequest): ModuleState {
    // Credentials count: what one Secret opens is not handed to who has none, and a corrected Secret tries again.
    const credentials =
      request.credentials === undefined ? '' : sha256Of(Buffer.from(JSON.stringify(request.credentials)));
    const key = `${request.url} ${request.sha256} ${request.pullPolicy} ${credentials}`;
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { state: { state: 'pending' }, failures: 0 };
      this.#entries.set(key, entry);
      this.#attempt(request, entry);
    }
    return entry.state;
  }

  /** The stored file, or undefined for an unknown digest. */
  async read(sha256: string): Promise<Buffer | undefined> {
    if (!/^[0-9a-f]{64}$/.test(sha256)) return undefined;
    return readFile(this.#path(sha256)).catch(() => undefined);
  }

  /** As `read`; waits for a module that is still on its way to this replica. */
  async readWhenThere(sha256: string, timeoutMs: number): Promise<Buffer | undefined> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const module = await this.read(sha256);
      if (module !== undefined || Date.now() >= deadline || this.#abort.signal.aborted) return module;
      await sleep(systemClock, ARRIVAL_POLL_MS, this.#abort.signal);
    }
  }

  /** URL and state of every module asked for. */
  status(): { url: string; state: ModuleState }[] {
    return [...this.#entries].map(([key, { state }]) => ({ url: key.split(' ')[0] ?? key, state }));
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    for (const { timer } of this.#entries.values()) clearTimeout(timer);
    await Promise.all(this.#running);
  }

  #path(sha256: string): string {
    return join(this.#options.dir, `${sha256}.wasm`);
  }

  #attempt(request: ModuleRequest, entry: Entry): void {
    const run = this.#load(request)
      .then(
        (sha256) => {
          entry.state = { state: 'ready', sha256 };
          entry.failures = 0;
          this.#options.log.info({ url: request.url, sha256 }, 'Wasm module is ready');
        },
        (error: unknown) => this.#failed(request, entry, error),
      )
      .finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  #failed(request: ModuleRequest, entry: Entry, error: unknown): void {
    if (this.#abort.signal.aborted) return;
    const final =
      (error instanceof ModuleFetchError && !error.retryable) ||
      error instanceof WasmFormatError ||
      error instanceof RefusedError;
    const reason = error instanceof WasmFormatError ? `${request.url}: ${error.message}` : failureText(error);
    entry.state = { state: 'failed', reason, final };
    entry.failures += 1;
    if (entry.failures === 1) this.#options.log.warn({ url: request.url, reason, final }, 'Wasm module cannot be used');
    if (final) return;
    const { minBackoffMs = 1_000, maxBackoffMs = 60_000, random = Math.random } = this.#options;
    const delay = Math.min(maxBackoffMs, minBackoffMs * 2 ** (entry.failures - 1)) * (0.5 + random() / 2);
    entry.timer = setTimeout(() => this.#attempt(request, entry), delay);
  }

  /** Digest of the stored, ready-made module. */
  async #load(request: ModuleRequest): Promise<string> {
    const known = await this.#known(request);
    if (known !== undefined) return known;
    const { module, digests } = await this.#fetch(request);
    const wanted = request.sha256.toLowerCase();
    if (wanted !== '' && !digests.includes(wanted)) {
      throw new RefusedError(
        `${request.url}: sha256 is ${wanted}, but what arrived has ${digests[0]}; correct spec.sha256 or the URL`,
      );
    }
    const judgement = judgeModule(module);
    if (!judgement.accepted) throw new RefusedError(`${request.url}: ${judgement.reason}`);
    const stored = sha256Of(judgement.module);
    await this.#write(this.#path(stored), judgement.module);
    // What a checked digest led to needs no second pull after a restart.
    if (wanted !== '') await this.#write(join(this.#options.dir, `${wanted}.known`), Buffer.from(stored));
    return stored;
  }

  async #known({ sha256, pullPolicy }: ModuleRequest): Promise<string | undefined> {
    if (!/^[0-9a-f]{64}$/i.test(sha256) || pullPolicy === 'Always') return undefined;
    const stored = await readFile(join(this.#options.dir, `${sha256.toLowerCase()}.known`), 'utf8').catch(
      () => undefined,
    );
    if (stored === undefined) return undefined;
    const present = await stat(this.#path(stored)).catch(() => undefined);
    return present === undefined ? undefined : stored;
  }

  async #fetch({ url, credentials }: ModuleRequest): Promise<{ module: Buffer; digests: readonly string[] }> {
    if (url.startsWith('oci://')) {
      const { layer, manifestDigest } = await pullOci(url, credentials, this.#abort.signal);
      const module = await unpackModule(layer);
      return { module, digests: [sha256Of(module), manifestDigest.replace('sha256:', ''), sha256Of(layer)] };
    }
    const data = url.startsWith('file://') ? await readLocal(url) : await download(url, this.#abort.signal);
    const module = await unpackModule(data);
    return { module, digests: [sha256Of(module), sha256Of(data)] };
  }

  async #write(path: string, data: Uint8Array): Promise<void> {
    await mkdir(this.#options.dir, { recursive: true });
    const staging = `${path}.${process.pid}.part`;
    await writeFile(staging, data);
    await rename(staging, path);
  }
}

/** The module arrived, but cannot be used. */
class RefusedError extends Error {}

async function readLocal(url: string): Promise<Buffer> {
  try {
    return await readFile(new URL(url));
  } catch (error) {
    throw new ModuleFetchError(
      url,
      `${url}: the file cannot be read (${(error as NodeJS.ErrnoException).code ?? failureText(error)})`,
      true,
      error,
    );
  }
}

async function download(url: string, signal: AbortSignal): Promise<Buffer> {
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(60_000)]) });
  } catch (error) {
    throw new ModuleFetchError(url, `${url} cannot be reached: ${failureText(error)}`, true, error);
  }
  if (response.status !== 200) {
    throw new ModuleFetchError(
      url,
      `${url} answered ${response.status}`,
      response.status >= 500 || response.status === 404 || response.status === 429,
    );
  }
  if (Number(response.headers.get('content-length') ?? 0) > MODULE_LIMIT_BYTES)
    throw new ModuleFetchError(url, `${url} is larger than ${MODULE_LIMIT_BYTES} bytes`, false);
  return Buffer.from(await response.arrayBuffer());
}

function sha256Of(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
