/** Delta subscriptions to all resources of some types over one stream, as plugin servers use them for their chains. */
import grpc from '@grpc/grpc-js';
import type { ServerLog } from './log.ts';
import { type DeltaResponse, decodeDeltaResponse, encodeDeltaRequest } from './messages.ts';
import { WILDCARD } from './subscription.ts';
import {
  type Address,
  CHANNEL_OPTIONS,
  channelCredentials,
  DELTA_METHOD,
  grpcTarget,
  type TlsFiles,
} from './transport.ts';

export interface ResourceUpdate {
  readonly upsert: ReadonlyMap<string, Uint8Array>;
  readonly removed: readonly string[];
}

export interface TypeSubscription {
  readonly typeUrl: string;
  /** Takes over an update; what it throws goes to the server as the reason of a NACK, and the update counts as not taken. */
  readonly onResources: (update: ResourceUpdate) => void | Promise<void>;
}

export interface AdsClientOptions {
  readonly address: Address;
  /** Absent: no encryption, for a Unix socket. */
  readonly tls?: TlsFiles | undefined;
  readonly node: {
    readonly id: string;
    readonly cluster: string;
    readonly metadata?: Readonly<Record<string, unknown>>;
  };
  readonly subscriptions: readonly TypeSubscription[];
  readonly log: ServerLog;
  /** Between 0 and 1; spreads reconnects. */
  readonly random?: () => number;
  readonly firstDelayMs?: number;
  readonly maxDelayMs?: number;
  /** A server that says nothing for so long, as one whose address is no longer anybody's, is tried anew over another connection. */
  readonly answerWithinMs?: number;
}

/** Failed tries that a server's own start explains. */
const PATIENT_TRIES = 4;
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 10_000;
const ANSWER_WITHIN_MS = 3_000;
const INTERNAL = 13;

interface Subscribed extends TypeSubscription {
  /** What was taken, to be told after a reconnect. */
  readonly versions: Map<string, string>;
  synced: boolean;
}

type Stream = grpc.ClientDuplexStream<Buffer, Buffer>;

export class AdsClient {
  readonly #options: AdsClientOptions;
  readonly #byUrl: ReadonlyMap<string, Subscribed>;
  #client: grpc.Client | undefined;
  #stream: Stream | undefined;
  #timer: NodeJS.Timeout | undefined;
  #answerTimer: NodeJS.Timeout | undefined;
  #failures = 0;
  /** The server has answered once. */
  #connected = false;
  #stopped = true;
  #work: Promise<void> = Promise.resolve();

  constructor(options: AdsClientOptions) {
    this.#options = options;
    this.#byUrl = new Map(
      options.subscriptions.map((one) => [one.typeUrl, { ...one, versions: new Map<string, string>(), synced: false }]),
    );
  }

  /** True once a first update of every type has been taken over. */
  get synced(): boolean {
    return [...this.#byUrl.values()].every(({ synced }) => synced);
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#client = this.#newClient();
    this.#connect();
  }

  #newClient(): grpc.Client {
    const { address, tls, firstDelayMs = FIRST_DELAY_MS, maxDelayMs = MAX_DELAY_MS } = this.#options;
    return new grpc.Client(grpcTarget(address), channelCredentials(tls), {
      ...CHANNEL_OPTIONS,
      // The client's own back-off decides; that of the channel would add to it.
      'grpc.initial_reconnect_backoff_ms': firstDelayMs,
      'grpc.max_reconnect_backoff_ms': maxDelayMs,
      // A new client connects anew, also while an older one's attempt is not over.
      'grpc.use_local_subchannel_pool': 1,
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#answerTimer);
    this.#stream?.cancel();
    this.#stream = undefined;
    await this.#work;
    this.#client?.close();
    this.#client = undefined;
  }

  #connect(): void {
    if (this.#stopped || this.#client === undefined) return;
    const client = this.#client;
    const { answerWithinMs = ANSWER_WITHIN_MS } = this.#options;
    const stream: Stream = client.makeBidiStreamRequest(
      DELTA_METHOD.path,
      DELTA_METHOD.requestSerialize,
      DELTA_METHOD.responseDeserialize,
    );
    this.#stream = stream;
    let lost = false;
    const onLost = (error?: Error) => {
      if (lost) return;
      lost = true;
      clearTimeout(this.#answerTimer);
      if (this.#stream === stream) this.#reconnect(error);
    };
    // gRPC itself waits as long as TCP does, which is minutes.
    this.#answerTimer = setTimeout(() => {
      this.#client = this.#newClient();
      onLost(new Error(`no answer within ${answerWithinMs} ms`));
      stream.cancel();
      client.close();
    }, answerWithinMs);
    stream.on('metadata', () => {
      clearTimeout(this.#answerTimer);
      if (this.#failures > (this.#connected ? 0 : PATIENT_TRIES))
        this.#options.log.info({ server: grpcTarget(this.#options.address) }, 'configuration server is back');
      this.#failures = 0;
      this.#connected = true;
    });
    stream.on('data', (bytes: Buffer) => {
      this.#work = this.#work.then(() => this.#take(stream, bytes));
    });
    stream.on('error', onLost);
    stream.on('end', () => onLost());
    for (const { typeUrl, versions } of this.#byUrl.values()) {
      stream.write(
        encodeDeltaRequest({
          node: this.#options.node,
          type_url: typeUrl,
          resource_names_subscribe: [WILDCARD],
          initial_resource_versions: Object.fromEntries(versions),
        }),
      );
    }
  }

  #reconnect(error: Error | undefined): void {
    if (this.#stopped) return;
    const {
      firstDelayMs = FIRST_DELAY_MS,
      maxDelayMs = MAX_DELAY_MS,
      random = Math.random,
      log,
      address,
    } = this.#options;
    const ceiling = Math.min(maxDelayMs, firstDelayMs * 2 ** this.#failures);
    const delayMs = ceiling * (0.5 + random() / 2);
    // Said once per outage; the recovery is said too. At the start the server may take a moment longer than its clients.
    if (this.#failures === (this.#connected ? 0 : PATIENT_TRIES))
      log.warn(
        { server: grpcTarget(address), reason: error?.message ?? 'stream ended' },
        this.#connected
          ? 'lost the configuration server; reconnecting'
          : 'the configuration server cannot be reached yet; trying on',
      );
    this.#failures++;
    this.#timer = setTimeout(() => this.#connect(), delayMs);
  }

  async #take(stream: Stream, bytes: Buffer): Promise<void> {
    if (this.#stream !== stream) return;
    let response: DeltaResponse;
    try {
      response = decodeDeltaResponse(bytes);
    } catch (error) {
      this.#options.log.error({ err: error }, 'unreadable answer from the configuration server');
      stream.cancel();
      return;
    }
    const refusal = await this.#apply(response);
    if (this.#stream !== stream || this.#stopped) return;
    stream.write(
      encodeDeltaRequest({
        type_url: response.typeUrl,
        response_nonce: response.nonce,
        ...(refusal === undefined ? {} : { error_detail: { code: INTERNAL, message: refusal } }),
      }),
    );
  }

  /** The reason of a refusal. */
  async #apply({ typeUrl, resources, removed }: DeltaResponse): Promise<string | undefined> {
    const subscribed = this.#byUrl.get(typeUrl);
    if (subscribed === undefined) return `nobody asked for ${typeUrl}`;
    try {
      await subscribed.onResources({
        upsert: new Map(resources.map((resource) => [resource.name, resource.bytes])),
        removed,
      });
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    for (const { name, version } of resources) subscribed.versions.set(name, version);
    for (const name of removed) subscribed.versions.delete(name);
    subscribed.synced = true;
    return undefined;
  }
}
