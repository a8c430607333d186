/**
 * The Aggregated Discovery Service: serves a snapshot store to Envoys and plugin servers over gRPC, as state of the world and as delta.
 * A refused resource goes back to its last accepted version (see `SnapshotStore`) and is reported with the objects it was made of.
 */
import { chmod, unlink } from 'node:fs/promises';
import grpc from '@grpc/grpc-js';
import type { Origin } from '#ir/types.ts';
import { RESOURCE_TYPES } from '#xds/snapshot/order.ts';
import { type ResourceType, TYPE_URL } from '#xds/snapshot/resources.ts';
import type { SnapshotStore } from '#xds/snapshot/store.ts';
import type { ServerLog } from './log.ts';
import {
  decodeDeltaRequest,
  decodeSotwRequest,
  encodeDeltaResponse,
  encodeSotwResponse,
  type WireNode,
} from './messages.ts';
import { type NodeInfo, type NodeRole, nodeInfo } from './node.ts';
import { Session } from './session.ts';
import { type AdsStatus, type Connection, nodeStatus } from './status.ts';
import type { Answer, Protocol, Response } from './subscription.ts';
import {
  type Address,
  CHANNEL_OPTIONS,
  DELTA_METHOD,
  grpcTarget,
  SOTW_METHOD,
  serverCredentials,
  type TlsFiles,
} from './transport.ts';

export interface NackReport {
  readonly node: NodeInfo;
  readonly type: ResourceType;
  readonly resourceName: string;
  /** The refused version; the same one is not offered again. */
  readonly version: string;
  /** Envoy's reason for this resource. */
  readonly detail: string;
  readonly origins: readonly Origin[];
  /** The resource is taken back for all nodes; otherwise this one alone keeps what it has. */
  readonly forAll: boolean;
}

export interface AckReport {
  readonly node: NodeInfo;
  readonly type: ResourceType;
  /** Version over all resources of the type. */
  readonly version: string;
  readonly resourceNames: readonly string[];
}

export interface AdsServerOptions {
  readonly store: SnapshotStore;
  readonly log: ServerLog;
  readonly now?: () => Date;
  /** Whether what this node refuses is wrong for all. Default: always. */
  readonly speaksForAll?: (node: NodeInfo) => boolean;
  readonly onNack?: (report: NackReport) => void;
  readonly onAck?: (report: AckReport) => void;
  readonly onConnect?: (node: NodeInfo) => void;
  readonly onDisconnect?: (node: NodeInfo) => void;
  /** Routes to new clusters wait at most this long for those to have endpoints. */
  readonly readyWaitMs?: number;
  /**
   * After the start gateways are sent nothing for at most this long until a plugin server has the chains that their routes name: both come back at once
   * from a server that went, and either may be first. Default 0: they do not wait.
   */
  readonly chainsWaitMs?: number;
}

export type Acknowledged = { readonly ok: true } | { readonly ok: false; readonly waiting: readonly string[] };

export interface AcknowledgedQuery {
  /** Only nodes of this role. */
  readonly role?: NodeRole;
  /** Only these types; all when not given. */
  readonly types?: readonly ResourceType[];
}

export interface ListenOptions {
  readonly address: Address;
  /** With it only clients whose certificate the CA signed get anything, and each only in the role that the certificate's common name says. */
  readonly tls?: TlsFiles | undefined;
}

type Stream = grpc.ServerDuplexStream<Buffer, Buffer>;

const DEFAULT_READY_WAIT_MS = 1_000;
const SOCKET_MODE = 0o600;

export class AdsServer {
  readonly #options: AdsServerOptions;
  readonly #now: () => Date;
  readonly #server: grpc.Server;
  readonly #streams = new Map<Stream, Connection>();
  readonly #waiters = new Set<() => void>();
  readonly #unsubscribe: () => void;
  #socketPath: string | undefined;
  #awaitsChains: boolean;
  #chainsTimer: NodeJS.Timeout | undefined;

  constructor(options: AdsServerOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => new Date());
    this.#awaitsChains = (options.chainsWaitMs ?? 0) > 0;
    this.#server = new grpc.Server(CHANNEL_OPTIONS);
    this.#server.addService(
      { sotw: SOTW_METHOD, delta: DELTA_METHOD },
      {
        sotw: (stream: Stream) => this.#serve(stream, 'sotw'),
        delta: (stream: Stream) => this.#serve(stream, 'delta'),
      },
    );
    this.#unsubscribe = options.store.onChange((change) => {
      for (const [stream, { session }] of this.#streams) this.#guard(stream, () => session.storeChanged(change));
      this.#wake();
    });
  }

  /** Starts to listen; a Unix socket left behind by a dead process is replaced, and is open to this user only. Resolves with the TCP port (0 for a socket). */
  async listen({ address, tls }: ListenOptions): Promise<number> {
    if ('path' in address) await unlink(address.path).catch(ignoreMissing);
    const port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync(grpcTarget(address), serverCredentials(tls), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    if (this.#awaitsChains)
      this.#chainsTimer = setTimeout(() => this.#releaseGateways(), this.#options.chainsWaitMs).unref();
    if (!('path' in address)) return port;
    this.#socketPath = address.path;
    await chmod(address.path, SOCKET_MODE);
    return 0;
  }

  /** Ends all streams at once; nodes keep what they have and reconnect. */
  async stop(): Promise<void> {
    this.#unsubscribe();
    clearTimeout(this.#chainsTimer);
    for (const stream of [...this.#streams.keys()]) stream.end();
    this.#server.forceShutdown();
    for (const { session } of this.#streams.values()) session.close();
    this.#streams.clear();
    this.#wake();
    if (this.#socketPath !== undefined) await unlink(this.#socketPath).catch(ignoreMissing);
  }

  status(): AdsStatus {
    const served = Object.fromEntries(
      RESOURCE_TYPES.map((type) => {
        const snapshot = this.#options.store.served(type);
        return [type, { version: snapshot.version, count: snapshot.size }];
      }),
    ) as AdsStatus['served'];
    return { nodes: [...this.#streams.values()].map(nodeStatus), served, rejections: this.#options.store.rejections() };
  }

  connected(role?: NodeRole): number {
    return [...this.#streams.values()].filter(({ node }) => role === undefined || node.role === role).length;
  }

  /** Whether every connected node has confirmed all that it subscribed to. A refused resource counts once its replacement is confirmed; with no node connected there is nothing to wait for. */
  allAcknowledged({ role, types }: AcknowledgedQuery = {}): Acknowledged {
    const waiting: string[] = [];
    for (const { node, session } of this.#streams.values()) {
      if (role !== undefined && node.role !== role) continue;
      for (const type of session.waiting())
        if (types === undefined || types.includes(type)) waiting.push(`${node.id}: ${type}`);
    }
    return waiting.length === 0 ? { ok: true } : { ok: false, waiting };
  }

  /** Resolves with true when all is confirmed, with false after the given time. */
  async whenAcknowledged(timeoutMs: number, query: AcknowledgedQuery = {}): Promise<boolean> {
    if (this.allAcknowledged(query).ok) return true;
    return new Promise((resolve) => {
      const finish = (result: boolean) => {
        clearTimeout(timer);
        this.#waiters.delete(check);
        resolve(result);
      };
      const check = () => {
        if (this.allAcknowledged(query).ok) finish(true);
      };
      const timer = setTimeout(() => finish(false), timeoutMs);
      this.#waiters.add(check);
    });
  }

  #serve(stream: Stream, protocol: Protocol): void {
    // Headers at once: a node that has everything already gets no message, but must see that it is connected.
    stream.sendMetadata(new grpc.Metadata());
    stream.on('data', (bytes: Buffer) => this.#guard(stream, () => this.#receive(stream, protocol, bytes)));
    stream.on('end', () => {
      this.#drop(stream);
      stream.end();
    });
    stream.on('cancelled', () => this.#drop(stream));
    stream.on('close', () => this.#drop(stream));
    stream.on('error', (error) => {
      this.#options.log.debug({ err: error }, 'ADS stream failed');
      this.#drop(stream);
    });
  }

  #receive(stream: Stream, protocol: Protocol, bytes: Buffer): void {
    const request = protocol === 'delta' ? decodeDeltaRequest(bytes) : decodeSotwRequest(bytes);
    const connection = this.#streams.get(stream) ?? this.#connect(stream, protocol, request.node);
    const known =
      protocol === 'delta' ? connection.session.receiveDelta(request) : connection.session.receiveSotw(request);
    if (!known)
      this.#options.log.debug(
        { node: connection.node.id, typeUrl: request.type_url },
        'node asked for a resource type that is not served here',
      );
    this.#wake();
  }

  #connect(stream: Stream, protocol: Protocol, wireNode: WireNode | undefined): Connection {
    const node = nodeInfo(wireNode);
    const certified = stream.getAuthContext().sslPeerCertificate?.subject.CN;
    if (certified !== undefined && certified !== node.role)
      throw new Error(`a certificate for "${certified}" does not allow the role "${node.role}"`);
    const session = new Session({
      protocol,
      store: this.#options.store,
      send: (type, response) => stream.write(encodeResponse(protocol, type, response)),
      onAnswer: (type, answer) => this.#answered(node, type, answer),
      now: this.#now,
      later: (delayMs, callback) => {
        const timer = setTimeout(() => this.#guard(stream, callback), delayMs);
        return () => clearTimeout(timer);
      },
      readyWaitMs: this.#options.readyWaitMs ?? DEFAULT_READY_WAIT_MS,
      held: () => node.role === 'gateway' && this.#awaitsChains && this.#options.store.served('chain').size > 0,
    });
    const connection = { node, protocol, since: this.#now(), session };
    this.#streams.set(stream, connection);
    this.#options.log.info(
      { node: node.id, role: node.role, protocol, version: node.version, peer: stream.getPeer() },
      'node connected',
    );
    this.#options.onConnect?.(node);
    return connection;
  }

  #drop(stream: Stream): void {
    const connection = this.#streams.get(stream);
    if (connection === undefined) return;
    this.#streams.delete(stream);
    connection.session.close();
    this.#options.log.info({ node: connection.node.id, role: connection.node.role }, 'node disconnected');
    this.#options.onDisconnect?.(connection.node);
    this.#wake();
  }

  #answered(node: NodeInfo, type: ResourceType, answer: Answer): void {
    if (answer.kind === 'ack') {
      const resourceNames = answer.response.changed.map((resource) => resource.name);
      this.#options.onAck?.({ node, type, version: answer.response.version, resourceNames });
    } else if (answer.kind === 'nack') {
      const { detail, resourceNames } = answer.nack;
      this.#options.log.warn({ node: node.id, type, resources: resourceNames, detail }, 'node refused configuration');
      for (const refused of answer.refused)
        this.#reject(
          node,
          type,
          refused.resource.name,
          refused.resource.version,
          refused.detail,
          refused.resource.resource.origins,
        );
    }
  }

  #reject(
    node: NodeInfo,
    type: ResourceType,
    name: string,
    version: string,
    detail: string,
    origins: readonly Origin[],
  ): void {
    const forAll = this.#options.speaksForAll?.(node) ?? true;
    // Reported even when the store has moved on: this version did not work.
    if (forAll) this.#options.store.reject(type, name, version, detail);
    this.#options.onNack?.({ node, type, resourceName: name, version, detail, origins, forAll });
  }

  /** One stream's trouble ends that stream only; its node reconnects. */
  #guard(stream: Stream, step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#options.log.error(
        { err: error, node: this.#streams.get(stream)?.node.id },
        'ADS stream is ended after an error',
      );
      this.#drop(stream);
      stream.emit('error', {
        code: grpc.status.INVALID_ARGUMENT,
        details: error instanceof Error ? error.message : 'bad request',
      });
    }
  }

  #releaseGateways(): void {
    this.#awaitsChains = false;
    clearTimeout(this.#chainsTimer);
    for (const [stream, { session }] of this.#streams) this.#guard(stream, () => session.resume());
  }

  /** Whether a plugin server that is connected has confirmed every chain. */
  #chainsTaken(): boolean {
    return [...this.#streams.values()].some(
      ({ node, session }) =>
        node.role === 'plugin-server' && session.subscriptions.has('chain') && !session.waiting().includes('chain'),
    );
  }

  #wake(): void {
    if (this.#awaitsChains && this.#chainsTaken()) this.#releaseGateways();
    for (const check of [...this.#waiters]) check();
  }
}

function encodeResponse(protocol: Protocol, type: ResourceType, response: Response): Buffer {
  const { version, nonce, resources, removed } = response;
  const typeUrl = TYPE_URL[type];
  return protocol === 'delta'
    ? encodeDeltaResponse({ version, typeUrl, nonce, resources, removed })
    : encodeSotwResponse({ version, typeUrl, nonce, resources });
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
