/** For tests: small resources and a stream that speaks raw xDS. */
import grpc from '@grpc/grpc-js';
import { decode } from '#xds/proto/index.ts';
import type { ServerLog } from '#xds/server/log.ts';
import {
  type DeltaRequest,
  type DeltaResponse,
  decodeDeltaResponse,
  encodeDeltaRequest,
  encodeSotwRequest,
  type SotwRequest,
} from '#xds/server/messages.ts';
import { type Address, CHANNEL_OPTIONS, DELTA_METHOD, grpcTarget, SOTW_METHOD } from '#xds/server/transport.ts';
import {
  emptyResourceMaps,
  type Message,
  type Resource,
  type ResourceSet,
  type ResourceType,
} from '#xds/snapshot/resources.ts';

export const SILENT: ServerLog = { debug() {}, info() {}, warn() {}, error() {} };

export function resource(type: ResourceType, name: string, message: Message = {}): Resource {
  const named = type === 'endpoint' ? { cluster_name: name, ...message } : { name, ...message };
  return { type, name, message: named, origins: [{ kind: 'Ingress', namespace: 'shop', name: `of-${name}` }] };
}

export function resourceSet(...list: readonly Resource[]): ResourceSet {
  const set = emptyResourceMaps();
  for (const one of list) set[one.type].set(one.name, one);
  return set;
}

export interface SotwAnswer {
  readonly version_info?: string;
  readonly nonce?: string;
  readonly type_url?: string;
  readonly resources?: readonly Message[];
}

/** A stream under the test's hand: requests go out as told, answers queue up. */
export class RawStream<Request, Answer> {
  readonly #client: grpc.Client;
  readonly #call: grpc.ClientDuplexStream<Buffer, Buffer>;
  readonly #encode: (request: Request) => Buffer;
  readonly #answers: Answer[] = [];
  #wake: (() => void) | undefined;
  /** The reason of the stream's end. */
  readonly ended: Promise<string>;

  constructor(
    address: Address,
    path: string,
    encode: (request: Request) => Buffer,
    decodeAnswer: (bytes: Buffer) => Answer,
  ) {
    this.#client = new grpc.Client(grpcTarget(address), grpc.credentials.createInsecure(), CHANNEL_OPTIONS);
    this.#call = this.#client.makeBidiStreamRequest(
      path,
      DELTA_METHOD.requestSerialize,
      DELTA_METHOD.responseDeserialize,
    );
    this.#encode = encode;
    this.ended = new Promise((resolve) => this.#call.on('error', (error) => resolve(error.message)));
    this.#call.on('data', (bytes: Buffer) => {
      this.#answers.push(decodeAnswer(bytes));
      this.#wake?.();
    });
  }

  send(request: Request): void {
    this.#call.write(this.#encode(request));
  }

  /** The next answer; fails when none comes. */
  async next(timeoutMs = 3_000): Promise<Answer> {
    const until = Date.now() + timeoutMs;
    while (this.#answers.length === 0) {
      const left = until - Date.now();
      if (left <= 0) throw new Error('no answer came');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.#answers.shift() as Answer;
  }

  /** Answers that came and were not taken yet. */
  get waiting(): readonly Answer[] {
    return this.#answers;
  }

  close(): void {
    this.#call.cancel();
    this.#client.close();
  }
}

export function deltaStream(address: Address): RawStream<DeltaRequest, DeltaResponse> {
  return new RawStream(address, DELTA_METHOD.path, encodeDeltaRequest, decodeDeltaResponse);
}

export function sotwStream(address: Address): RawStream<SotwRequest, SotwAnswer> {
  return new RawStream(address, SOTW_METHOD.path, encodeSotwRequest, (bytes) =>
    decode('envoy.service.discovery.v3.DiscoveryResponse', bytes),
  );
}
