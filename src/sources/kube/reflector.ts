/**
 * Keeps a copy of one collection of the API server: a paged list, then a watch from where the list ended, for ever. A watch that ends is taken up
 * where it was; one that the server has forgotten (410 Gone) begins with a list again.
 */
import { createBackoff } from '#lib/backoff.ts';
import { type Clock, sleep, systemClock } from '#lib/clock.ts';
import { type KubeClient, KubeError, type Query } from './client.ts';

/** As the server sent it. List items lack apiVersion and kind. */
export interface RawObject {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly resourceVersion?: string };
  readonly [field: string]: unknown;
}

export interface ReflectorSink {
  /** A list begins: what is not seen until `listed` is gone. */
  listing(): void;
  seen(object: RawObject): void;
  listed(): void;
  changed(object: RawObject): void;
  deleted(object: RawObject): void;
  /** Tells a failure; the copy stays as it is. */
  failed(error: Error): void;
  /** A list or watch works again after `failed`. */
  recovered(): void;
}

export interface ReflectorOptions {
  readonly client: KubeClient;
  /** Collection, for example `/apis/networking.k8s.io/v1/ingresses`. */
  readonly path: string;
  /** Selectors. */
  readonly query?: Query;
  readonly sink: ReflectorSink;
  readonly clock?: Clock;
  readonly random?: () => number;
}

const PAGE = 500;
/** Bookmarks arrive about once a minute; a watch that is silent for longer has lost its connection. */
const SILENCE_MS = 150_000;
/** A watch that lasted this long need not be waited for before the next. */
const USEFUL_MS = 1_000;
const BACKOFF = { baseMs: 200, maxMs: 30_000 };

interface List {
  readonly items?: readonly RawObject[];
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
}

interface WatchError {
  readonly code?: number;
  readonly message?: string;
}

export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #version: string | undefined;
  #failing = false;

  constructor(options: ReflectorOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { sink, clock = systemClock, random } = this.#options;
    const backoff = createBackoff({ ...BACKOFF, ...(random && { random }) });
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        if (this.#version === undefined) await this.#list();
        const { useful, failure } = await this.#watch();
        if (useful) backoff.reset();
        if (failure !== undefined) throw failure;
        if (!useful) await sleep(clock, backoff.next(), signal);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof KubeError && error.status === 410) this.#version = undefined;
        else {
          this.#failing = true;
          sink.failed(error as Error);
        }
        await sleep(clock, backoff.next(), signal);
      }
    }
  }

  #works(): void {
    if (!this.#failing) return;
    this.#failing = false;
    this.#options.sink.recovered();
  }

  async #list(): Promise<void> {
    const { client, path, query, sink } = this.#options;
    sink.listing();
    const ask = (from: string | undefined): Promise<List> =>
      client.request<List>(path, { query: { ...query, limit: PAGE, continue: from }, signal: this.#stop.signal });
    let version: string | undefined;
    let coming: Promise<List> | undefined = ask(undefined);
    while (coming !== undefined) {
      const page: List = await coming;
      // The server works on the next page while this one is read.
      const next = page.metadata?.continue;
      coming = next === undefined || next === '' ? undefined : ask(next);
      coming?.catch(() => undefined);
      for (const item of page.items ?? []) sink.seen(item);
      version = page.metadata?.resourceVersion;
    }
    this.#version = version;
    sink.listed();
    this.#works();
  }

  /** Resolves when the watch has ended, with what ended it; `useful`: taking it up at once is no tight loop, whatever failed before it. */
  async #watch(): Promise<{ readonly useful: boolean; readonly failure: unknown }> {
    const { client, path, query, clock = systemClock } = this.#options;
    const { signal } = this.#stop;
    const began = clock.now();
    let delivered = false;
    let failure: unknown;
    const watching = client.watch(path, {
      query: { ...query, resourceVersion: this.#version, allowWatchBookmarks: 'true' },
      signal,
      silenceMs: SILENCE_MS,
      onOpen: () => this.#works(),
      onEvent: ({ type, object }) => {
        if (signal.aborted || failure !== undefined) return;
        if (type === 'ERROR') {
          const { code = 0, message = 'the watch failed' } = object as WatchError;
          failure = new KubeError(code, '', message);
          return;
        }
        delivered = true;
        this.#take(type, object as RawObject);
      },
    });
    await watching.catch((error: unknown) => {
      failure ??= error;
    });
    return { useful: delivered || clock.now() - began > USEFUL_MS, failure };
  }

  #take(type: string, object: RawObject): void {
    const { sink } = this.#options;
    this.#version = object.metadata.resourceVersion ?? this.#version;
    if (type === 'ADDED' || type === 'MODIFIED') sink.changed(object);
    else if (type === 'DELETED') sink.deleted(object);
  }
}
