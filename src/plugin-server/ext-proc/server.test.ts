/** The ext_proc door against a client of `@grpc/grpc-js`, which speaks gRPC and HTTP/2 as strictly as Envoy does. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, type ClientDuplexStream, credentials, Metadata, type StatusObject } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FilterHooks } from '#plugin-sdk/hooks.ts';
import type { HostServices } from '#plugin-sdk/host.ts';
import { waitFor } from '#test/envoy.ts';
import { hooksCatalogue } from '#test/hooks-catalogue.ts';
import { decode, encode } from '#xds/proto/index.ts';
import type { ChainMessage, Message } from '#xds/snapshot/resources.ts';
import { ChainStore } from '../chain-store.ts';
import { Exchanges } from './exchanges.ts';
import { type ExtProcServer, startExtProc } from './server.ts';

const MIB = 1024 * 1024;
const METHOD = '/envoy.service.ext_proc.v3.ExternalProcessor/Process';
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

let held: (() => void)[] = [];

const HOOKS: Record<string, FilterHooks> = {
  doubles: { needs: {}, onRequestBody: (body) => ({ body: Buffer.concat([body, body]) }) },
  holds: {
    needs: {},
    onRequestBody: () =>
      new Promise((resolve) => {
        held.push(() => resolve({ body: 'at last' }));
      }),
  },
  fails: {
    needs: {},
    onRequestBody: () => {
      throw new Error('boom');
    },
  },
};

const catalogue = hooksCatalogue(HOOKS);

describe('the ext_proc server', () => {
  let dir: string;
  let server: ExtProcServer;
  let exchanges: Exchanges;
  let client: Client;

  beforeEach(async () => {
    held = [];
    dir = mkdtempSync(join(tmpdir(), 'ep-'));
    const chains = new ChainStore({ catalogue, waitMs: 30 });
    for (const plugin of Object.keys(HOOKS)) {
      const one = { plugin, instance: `ns/${plugin}`, version: '1', failStrategy: 'closed', config: {} };
      chains.add(plugin, { id: plugin, kind: 'filter', plugins: [one] } as unknown as ChainMessage);
    }
    const host = { log: SILENT, metrics: { count() {}, observe() {} } } as unknown as HostServices;
    exchanges = new Exchanges({ chains, hostOf: () => host, log: SILENT });
    server = await startExtProc({ address: { path: join(dir, 's') }, exchanges, log: SILENT });
    client = new Client(`unix:${join(dir, 's')}`, credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
    });
  });

  afterEach(async () => {
    client.close();
    await server.stop(0);
    rmSync(dir, { recursive: true, force: true });
  });

  interface Call {
    readonly stream: ClientDuplexStream<Message, Message>;
    readonly replies: Message[];
    readonly status: Promise<StatusObject>;
  }

  function call(chain: string | undefined, method = METHOD): Call {
    const metadata = new Metadata();
    if (chain !== undefined) metadata.set('x-higress-chain', chain);
    const stream = client.makeBidiStreamRequest<Message, Message>(
      method,
      (value) => Buffer.from(encode('envoy.service.ext_proc.v3.ProcessingRequest', value)),
      (bytes) => decode('envoy.service.ext_proc.v3.ProcessingResponse', bytes),
      metadata,
    );
    const replies: Message[] = [];
    stream.on('data', (message: Message) => replies.push(message));
    stream.on('error', () => {});
    return { stream, replies, status: statusOf(stream) };
  }

  const HEADERS = {
    request_headers: { headers: { headers: [{ key: ':path', raw_value: Buffer.from('/a') }] } },
    protocol_config: { request_body_mode: 'BUFFERED' },
  };
  const statusOf = (stream: ClientDuplexStream<never, unknown>): Promise<StatusObject> =>
    new Promise((resolve) => stream.on('status', resolve));
  const bodyOf = (reply: Message | undefined): Buffer => {
    const { response } = reply!.request_body as { response: { body_mutation: { body: string } } };
    return Buffer.from(response.body_mutation.body, 'base64');
  };

  it('answers messages in their order and ends well', async () => {
    const { stream, replies, status } = call('doubles');
    stream.write(HEADERS);
    await waitFor(() => replies.length === 1);
    stream.write({ request_body: { body: Buffer.from('ab'), end_of_stream: true } });
    await waitFor(() => replies.length === 2);
    expect(bodyOf(replies[1]).toString()).toBe('abab');
    stream.end();
    expect((await status).code).toBe(0);
    await waitFor(() => exchanges.counts.open === 0);
    expect(exchanges.counts).toEqual({ open: 0, total: 1 });
  });

  it('takes bodies of 50 MB and gives larger ones back', async () => {
    const { stream, replies, status } = call('doubles');
    stream.write(HEADERS);
    stream.write({ request_body: { body: Buffer.alloc(50 * MIB, 'a'), end_of_stream: true } });
    stream.end();
    await waitFor(() => replies.length === 2, 60_000);
    const body = bodyOf(replies[1]);
    expect([body.length, body.every((byte) => byte === 97)]).toEqual([100 * MIB, true]);
    expect((await status).code).toBe(0);
  }, 90_000);

  it('serves 2,000 streams at a time', async () => {
    const calls = Array.from({ length: 2_000 }, () => call('holds'));
    for (const { stream } of calls) {
      stream.write(HEADERS);
      stream.write({ request_body: { body: Buffer.from('a'), end_of_stream: true } });
    }
    await waitFor(() => held.length === 2_000, 30_000);
    expect(exchanges.counts.open).toBe(2_000);
    for (const go of held) go();
    await waitFor(() => calls.every(({ replies }) => replies.length === 2), 30_000);
    expect(calls.every(({ replies }) => bodyOf(replies[1]).toString() === 'at last')).toBe(true);
    for (const { stream } of calls) stream.end();
    const codes = await Promise.all(calls.map(async ({ status }) => (await status).code));
    expect(new Set(codes)).toEqual(new Set([0]));
    await waitFor(() => exchanges.counts.open === 0);
  }, 60_000);

  it('forgets a stream that is cancelled', async () => {
    const { stream, status } = call('holds');
    stream.write(HEADERS);
    stream.write({ request_body: { body: Buffer.from('a'), end_of_stream: true } });
    await waitFor(() => held.length === 1);
    stream.cancel();
    await waitFor(() => exchanges.counts.open === 0);
    held[0]!();
    expect((await status).code).toBe(1);
  });

  it.each([
    ['a chain that it does not know', 'missing', METHOD, 5, 'unknown plugin chain missing'],
    ['no chain', undefined, METHOD, 5, 'the name of the plugin chain is missing'],
    ['another method', 'doubles', '/grpc.health.v1.Health/Watch', 12, ''],
  ])('refuses %s', async (_name, chain, method, code, details) => {
    const { stream, status } = call(chain, method);
    stream.write(HEADERS);
    const { code: was, details: said } = await status;
    expect([was, said]).toEqual([code, details]);
  });

  it('fails the stream of a message that is none, and no other', async () => {
    const metadata = new Metadata();
    metadata.set('x-higress-chain', 'doubles');
    const noise = (value: Buffer): Buffer => value;
    const bad = client.makeBidiStreamRequest<Buffer, Buffer>(METHOD, noise, noise, metadata);
    bad.on('error', () => {});
    bad.on('data', () => {});
    const status = statusOf(bad);
    bad.write(Buffer.from([0x12, 0x7f]));
    const { code, details } = await status;
    expect([code, details]).toEqual([13, 'a field is longer than its message']);
    const good = call('doubles');
    good.stream.write(HEADERS);
    await waitFor(() => good.replies.length === 1);
    good.stream.end();
    expect((await good.status).code).toBe(0);
  });
});
