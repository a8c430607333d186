/** The hop against a stand-in for Envoy that speaks the other side of its frames. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FilterHooks } from '#plugin-sdk/hooks.ts';
import type { HostServices } from '#plugin-sdk/host.ts';
import { waitFor } from '#test/envoy.ts';
import { hooksCatalogue } from '#test/hooks-catalogue.ts';
import { decode, encode } from '#xds/proto/index.ts';
import type { ChainMessage, Message } from '#xds/snapshot/resources.ts';
import { ChainStore } from '../chain-store.ts';
import { Exchanges } from '../ext-proc/exchanges.ts';
import { FRAME, FrameCutter, FrameWriter } from './frames.ts';
import { type Hop, startHop } from './hop.ts';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

let held: (() => void)[] = [];
let ended: boolean[] = [];

const HOOKS: Record<string, FilterHooks> = {
  marks: {
    needs: {},
    onRequestHeaders: (context) => ({ headers: { set: { 'x-route': context.routeName } } }),
    onRequestBody: (body) => ({ body: Buffer.concat([body, body]) }),
  },
  holds: {
    needs: {},
    onRequestHeaders: (context) =>
      new Promise((resolve) => {
        context.signal.addEventListener('abort', () => ended.push(true));
        held.push(() => resolve({ headers: { set: { 'x-held': 'yes' } } }));
      }),
  },
};

const catalogue = hooksCatalogue(HOOKS);

/** One connection as Envoy sees it. */
class Peer {
  readonly frames: { readonly number: number; readonly kind: number; readonly payload: Buffer }[] = [];
  readonly #writer = new FrameWriter();
  readonly socket: Socket;
  closed = false;

  constructor(socket: Socket, index: number, count: number) {
    this.socket = socket;
    const cutter = new FrameCutter();
    socket.on('data', (part) =>
      cutter.feed(part, (number, kind, bytes, start, end) => {
        this.frames.push({ number, kind, payload: Buffer.from(bytes.subarray(start, end)) });
        if (kind === FRAME.drain) this.send(0, FRAME.drain);
      }),
    );
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
    });
    const hello = Buffer.alloc(8);
    hello.writeUInt32LE(index, 0);
    hello.writeUInt32LE(count, 4);
    this.send(0, FRAME.hello, hello);
  }

  send(number: number, kind: number, payload: Buffer = Buffer.alloc(0)): void {
    this.#writer.add(number, kind, payload);
    for (const part of this.#writer.take()) this.socket.write(part);
  }

  open(number: number, chain: string, route = 'r'): void {
    this.send(number, FRAME.open, Buffer.from(`${chain}\0${route}\0cluster\0\0`));
  }

  message(number: number, message: Message): void {
    this.send(number, FRAME.message, Buffer.from(encode('envoy.service.ext_proc.v3.ProcessingRequest', message)));
  }

  headers(number: number): void {
    const headers = [{ key: ':path', raw_value: Buffer.from('/') }];
    this.message(number, { request_headers: { headers: { headers } } });
  }

  of(number: number, kind: number): Buffer[] {
    return this.frames.filter((one) => one.number === number && one.kind === kind).map(({ payload }) => payload);
  }

  replies(number: number): Message[] {
    return this.of(number, FRAME.message).map((bytes) => decode('envoy.service.ext_proc.v3.ProcessingResponse', bytes));
  }
}

describe('the hop', () => {
  let dir: string;
  let path: string;
  let envoy: Server | undefined;
  let peers: Peer[];
  let workers: number;
  let exchanges: Exchanges;
  let hop: Hop;

  const listen = async () => {
    envoy = createServer((socket) => {
      const taken = new Set(peers.filter(({ closed }) => !closed).map((peer) => order.get(peer)));
      const index = [...Array(workers).keys()].find((one) => !taken.has(one)) ?? 0;
      const peer = new Peer(socket, index, workers);
      order.set(peer, index);
      peers.push(peer);
    });
    await new Promise<void>((resolve) => envoy!.listen(path, resolve));
  };
  const leave = async () => {
    const server = envoy;
    envoy = undefined;
    if (server === undefined) return;
    const gone = new Promise((resolve) => server.close(resolve));
    for (const { socket } of peers) socket.destroy();
    await gone;
    rmSync(path, { force: true });
  };
  const order = new Map<Peer, number>();
  const connected = () => hop.workers().connected === workers;

  beforeEach(async () => {
    held = [];
    ended = [];
    peers = [];
    workers = 1;
    dir = mkdtempSync(join(tmpdir(), 'hop-'));
    path = join(dir, 's');
    const chains = new ChainStore({ catalogue, waitMs: 30 });
    for (const plugin of Object.keys(HOOKS)) {
      const one = { plugin, instance: `ns/${plugin}`, version: '1', failStrategy: 'closed', config: {} };
      chains.add(plugin, { id: plugin, kind: 'filter', plugins: [one] } as unknown as ChainMessage);
    }
    const host = { log: SILENT, metrics: { count() {}, observe() {} } } as unknown as HostServices;
    exchanges = new Exchanges({ chains, hostOf: () => host, log: SILENT });
  });

  afterEach(async () => {
    await hop.stop(0);
    await leave();
    rmSync(dir, { recursive: true, force: true });
    await waitFor(() => exchanges.counts.open === 0);
  });

  const start = async () => {
    await listen();
    hop = startHop({ socket: path, exchanges, log: SILENT });
    await waitFor(connected);
    return peers[0]!;
  };

  it('has one connection to each worker', async () => {
    workers = 4;
    await start();
    expect(peers.map((peer) => order.get(peer)).sort()).toEqual([0, 1, 2, 3]);
  });

  it('answers exchanges in order, each its own, however the bytes come', async () => {
    const peer = await start();
    for (const number of [1, 2, 3]) peer.open(number, 'marks', `route-${number}`);
    for (const number of [3, 1, 2]) {
      peer.headers(number);
      peer.message(number, { request_body: { body: Buffer.from(`b${number}`), end_of_stream: true } });
    }
    await waitFor(() => [1, 2, 3].every((number) => peer.replies(number).length === 2));
    for (const number of [1, 2, 3]) {
      const [headers, body] = peer.replies(number) as [Message, Message];
      expect(JSON.stringify(headers)).toContain(Buffer.from(`route-${number}`).toString('base64'));
      expect(JSON.stringify(body)).toContain(Buffer.from(`b${number}b${number}`).toString('base64'));
    }
    for (const number of [1, 2, 3]) peer.send(number, FRAME.close);
  });

  it('does not hold an exchange up behind one that waits', async () => {
    const peer = await start();
    peer.open(1, 'holds');
    peer.headers(1);
    peer.open(2, 'marks');
    peer.headers(2);
    await waitFor(() => peer.replies(2).length === 1 && held.length === 1);
    expect(peer.replies(1)).toEqual([]);
    held[0]!();
    await waitFor(() => peer.replies(1).length === 1);
  });

  it('refuses a chain that it does not get to know, and the connection stays', async () => {
    const peer = await start();
    peer.open(1, 'nobody');
    peer.headers(1);
    await waitFor(() => peer.of(1, FRAME.close).length === 1);
    expect(peer.of(1, FRAME.close).toString()).toContain('nobody');
    peer.open(2, 'marks');
    peer.headers(2);
    await waitFor(() => peer.replies(2).length === 1);
  });

  it('tells plugins when Envoy ends an exchange or goes away', async () => {
    const peer = await start();
    for (const number of [1, 2]) {
      peer.open(number, 'holds');
      peer.headers(number);
    }
    await waitFor(() => held.length === 2);
    peer.send(1, FRAME.close);
    await waitFor(() => ended.length === 1);
    expect(exchanges.counts.open).toBe(1);
    peer.socket.destroy();
    await waitFor(() => ended.length === 2);
    expect(exchanges.counts.open).toBe(0);
  });

  it('comes back when Envoy does, and waits for one that is not there yet', async () => {
    hop = startHop({ socket: path, exchanges, log: SILENT });
    expect(connected()).toBe(false);
    await listen();
    await waitFor(connected);
    await leave();
    await waitFor(() => hop.workers().connected === 0);
    peers = [];
    workers = 2;
    await listen();
    await waitFor(connected);
  });

  it('leaves a connection that speaks something else, and makes another', async () => {
    const peer = await start();
    peer.open(1, 'holds');
    peer.headers(1);
    await waitFor(() => held.length === 1);
    peer.socket.write(Buffer.alloc(16));
    await waitFor(() => peer.closed && ended.length === 1);
    await waitFor(() => connected() && peers.length === 2);
  });

  it('that stops lets what has begun end, and what Envoy begins before it has heard of it', async () => {
    const peer = await start();
    peer.open(1, 'holds');
    peer.headers(1);
    await waitFor(() => held.length === 1);
    // On its way when the hop says that it goes.
    peer.open(2, 'marks');
    peer.headers(2);
    let stopped = false;
    const stopping = hop.stop(30_000).then(() => {
      stopped = true;
    });
    await waitFor(() => peer.of(0, FRAME.drain).length === 1 && peer.replies(2).length === 1);
    peer.send(2, FRAME.close);
    held[0]!();
    await waitFor(() => peer.replies(1).length === 1);
    expect([stopped, peer.closed]).toEqual([false, false]);
    peer.send(1, FRAME.close);
    await stopping;
    await waitFor(() => peer.closed);
    expect(peers).toHaveLength(1);
  });

  it('that stops cuts what does not end in time', async () => {
    const peer = await start();
    peer.open(1, 'holds');
    peer.headers(1);
    await waitFor(() => held.length === 1);
    await hop.stop(1);
    await waitFor(() => peer.closed && ended.length === 1);
  });
});
