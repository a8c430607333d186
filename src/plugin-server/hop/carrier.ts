/** One connection to Envoy that carries the exchanges of one of its workers. */
import { connect, type Socket } from 'node:net';
import { NumberMap } from '#lib/number-map.ts';
import type { Copies } from '#plugin-sdk/engine/outcome.ts';
import type { PluginLog } from '#plugin-sdk/host.ts';
import type { Exchanges } from '../ext-proc/exchanges.ts';
import { FACT_METADATA, type StreamMetadata } from '../ext-proc/facts.ts';
import type { ProcessingStream, Transport } from '../ext-proc/stream.ts';
import { writeCopies } from './copies.ts';
import { FRAME, FrameCutter, FrameWriter, LARGEST_BYTES } from './frames.ts';

/** gRPC's prefix of a message, which frames do without. */
const PREFIX_BYTES = 5;
const NOTHING = Buffer.alloc(0);

/** Which worker of Envoy is at the other end, and how many it has. */
export interface Worker {
  readonly index: number;
  readonly count: number;
}

export interface CarrierEvents {
  onWorker(worker: Worker): void;
  /** Once, with the reason when there is one. */
  onClosed(error: Error | undefined): void;
}

export class Carrier {
  readonly #socket: Socket;
  readonly #exchanges: Exchanges;
  readonly #log: PluginLog;
  readonly #events: CarrierEvents;
  readonly #open = new NumberMap<ProcessingStream>();
  readonly #cutter = new FrameCutter();
  #opening = openingOf(NOTHING);
  readonly #writer = new FrameWriter();
  #planned = false;
  #worker: Worker | undefined;
  /** Envoy may still begin something. */
  #draining = false;
  #error: Error | undefined;

  constructor(path: string, exchanges: Exchanges, log: PluginLog, events: CarrierEvents) {
    this.#exchanges = exchanges;
    this.#log = log;
    this.#events = events;
    this.#socket = connect({ path });
    this.#socket.on('data', (part) => this.#read(part));
    this.#socket.on('drain', () => {
      for (const stream of this.#open.values()) stream.drained();
    });
    this.#socket.on('error', (error) => {
      this.#error = error;
    });
    this.#socket.on('close', () => {
      const open = this.#open.values();
      this.#open.clear();
      this.#draining = false;
      for (const stream of open) stream.closed();
      events.onClosed(this.#error);
    });
  }

  get worker(): Worker | undefined {
    return this.#worker;
  }

  get busy(): boolean {
    return this.#open.size > 0 || this.#draining;
  }

  get blocked(): boolean {
    return this.#socket.writableNeedDrain;
  }

  /** Envoy begins nothing more here; the connection is busy until it has said so. */
  drain(): void {
    this.#draining = true;
    this.write(0, FRAME.drain, NOTHING);
  }

  close(): void {
    this.#socket.destroy();
  }

  /** The payload from its byte `from` on. What is written in one turn leaves in one write. */
  write(number: number, kind: number, payload: Buffer, from = 0): void {
    this.#writer.add(number, kind, payload, from);
    if (this.#planned) return;
    this.#planned = true;
    process.nextTick(this.#flush);
  }

  /** This side has no more to say in an exchange. */
  leave(number: number, why: string): void {
    this.write(number, FRAME.close, why === '' ? NOTHING : Buffer.from(why));
    const stream = this.#open.get(number);
    this.#open.delete(number);
    stream?.closed();
  }

  readonly #flush = (): void => {
    this.#planned = false;
    const parts = this.#writer.take();
    if (this.#socket.destroyed) return;
    if (parts.length > 1) this.#socket.cork();
    for (const part of parts) this.#socket.write(part);
    if (parts.length > 1) this.#socket.uncork();
  };

  #read(part: Buffer): void {
    try {
      this.#cutter.feed(part, this.#take);
    } catch (error) {
      this.#socket.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }

  readonly #take = (number: number, kind: number, bytes: Buffer, start: number, end: number): void => {
    switch (kind) {
      case FRAME.hello:
        this.#worker = { index: bytes.readUInt32LE(start), count: bytes.readUInt32LE(start + 4) };
        this.#events.onWorker(this.#worker);
        return;
      case FRAME.open:
        this.#begin(number, bytes.subarray(start, end));
        return;
      case FRAME.message:
        this.#open.get(number)?.receive(bytes, start, end);
        return;
      case FRAME.copied:
        this.#open.get(number)?.copied(bytes.subarray(start, end));
        return;
      case FRAME.close: {
        const stream = this.#open.get(number);
        this.#open.delete(number);
        stream?.closed();
        return;
      }
      case FRAME.drain:
        this.#draining = false;
        return;
      default:
        this.#log.warn({ kind }, 'Envoy sent a frame of an unknown kind');
    }
  };

  #begin(number: number, payload: Buffer): void {
    // Neighbours in time mostly have the same route.
    if (!payload.equals(this.#opening.payload)) this.#opening = openingOf(payload);
    const { chain, facts } = this.#opening;
    const transport = new FrameTransport(this, number);
    this.#open.set(number, this.#exchanges.begin(transport, chain, facts));
    // A refusal came before the exchange was in the list.
    if (transport.over) this.#open.delete(number);
  }
}

/** How an exchange begins: its chain, and what Envoy tells of the request. */
interface Opening {
  readonly payload: Buffer;
  readonly chain: string | undefined;
  readonly facts: StreamMetadata;
}

function openingOf(payload: Buffer): Opening {
  const [chain, route = '', cluster = '', source = ''] = payload.toString('utf8').split('\0');
  const facts = new Map([
    [FACT_METADATA.routeName, route],
    [FACT_METADATA.clusterName, cluster],
    [FACT_METADATA.sourceAddress, source],
  ]);
  return { payload: Buffer.from(payload), chain, facts };
}

class FrameTransport implements Transport {
  readonly #carrier: Carrier;
  readonly #number: number;
  over = false;

  constructor(carrier: Carrier, number: number) {
    this.#carrier = carrier;
    this.#number = number;
  }

  get blocked(): boolean {
    return this.#carrier.blocked;
  }

  write(message: Buffer): void {
    if (message.length > LARGEST_BYTES) this.#end(`a reply of ${message.length} bytes is longer than a frame may be`);
    else this.#carrier.write(this.#number, FRAME.message, message, PREFIX_BYTES);
  }

  copies(copies: Copies): void {
    this.#carrier.write(this.#number, FRAME.copies, writeCopies(copies));
  }

  finish(): void {
    this.#end('');
  }

  fail(_status: number, message: string): void {
    this.#end(message);
  }

  /** Envoy sends a part of a body only when the one before it is answered. */
  pause(): void {}

  resume(): void {}

  #end(why: string): void {
    if (this.over) return;
    this.over = true;
    this.#carrier.leave(this.#number, why);
  }
}
