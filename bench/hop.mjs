// What the plugin server's own part of a translated unary request costs: messages, hooks of ai-proxy (type claude), frames and the socket, without Envoy.
//   node bench/hop.mjs [REQUESTS [ROUNDS]]        processor time in microseconds, the first round with what V8 compiles
// The other side of the hop is this file in a process of its own, 32 requests at a time. The machine should be quiet; the least of the rounds counts.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Registry } from 'prom-client';
import { makeChain } from '../src/plugin-sdk/engine/chain.ts';
import { Exchanges } from '../src/plugin-server/ext-proc/exchanges.ts';
import { FRAME, FrameCutter, FrameWriter } from '../src/plugin-server/hop/frames.ts';
import { startHop } from '../src/plugin-server/hop/hop.ts';
import { pluginMetrics } from '../src/plugin-server/host/metrics.ts';
import plugin from '../src/plugins/ai-proxy/plugin.ts';
import { encode } from '../src/xds/proto/index.ts';

const AT_A_TIME = 32;
const WORDS = 'word '.repeat(40);

if (process.send) playEnvoy(process.argv[2]);
else await measure(Number(process.argv[2] ?? 20_000), Number(process.argv[3] ?? 8));

async function measure(requests, rounds) {
  const dir = mkdtempSync(join(tmpdir(), 'higress-bench-'));
  const socket = join(dir, 'hop.sock');
  const envoy = fork(fileURLToPath(import.meta.url), [socket]);
  await once(envoy, 'message');
  const log = { debug() {}, info() {}, warn: console.error, error: console.error };
  const host = { metrics: pluginMetrics(new Registry()), log, now: Date.now, random: Math.random };
  const provider = { type: 'claude', apiTokens: ['key'], providerDomain: 'mock.example.com' };
  const hooks = plugin.hooks(plugin.effectiveConfig({ provider }, undefined));
  const chain = makeChain('chain', [{ name: 'ai-proxy', hooks, failStrategy: 'closed' }]);
  const exchanges = new Exchanges({ chains: { filter: () => chain }, hostOf: () => host, log });
  const hop = startHop({ socket, exchanges, log });
  while (hop.workers().connected === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  for (let round = 1; round <= rounds; round++) {
    const before = process.cpuUsage();
    envoy.send(requests);
    await once(envoy, 'message');
    const { user, system } = process.cpuUsage(before);
    console.log(
      `round ${round}: ${((user + system) / requests).toFixed(1)} µs, ${(system / requests).toFixed(1)} of them system`,
    );
  }
  await hop.stop(0);
  envoy.disconnect();
  rmSync(dir, { recursive: true });
}

function playEnvoy(path) {
  const sent = messages();
  const writer = new FrameWriter();
  const replies = new Map();
  let number = 0;
  let left = 0;
  createServer((socket) => {
    const flush = () => {
      for (const part of writer.take()) socket.write(part);
    };
    const begin = () => {
      left--;
      replies.set(++number, 0);
      writer.add(number, FRAME.open, Buffer.from('chain\0route\0outbound|80||llm.static\0'));
      for (const message of sent.request) writer.add(number, FRAME.message, message);
    };
    const cutter = new FrameCutter();
    const take = (of, kind) => {
      const count = replies.get(of) + 1;
      if (kind === FRAME.close) {
        if (count !== 5) throw new Error(`an exchange ended after ${count - 1} replies`);
        replies.delete(of);
        writer.add(of, FRAME.close, Buffer.alloc(0));
        if (left > 0) begin();
        else if (replies.size === 0) process.send('done');
        return;
      }
      replies.set(of, count);
      if (count === sent.request.length) for (const message of sent.answer) writer.add(of, FRAME.message, message);
    };
    socket.on('data', (part) => {
      cutter.feed(part, take);
      flush();
    });
    socket.on('error', () => {});
    process.on('message', (requests) => {
      left = requests;
      while (left > 0 && replies.size < AT_A_TIME) begin();
      flush();
    });
    writer.add(0, FRAME.hello, Buffer.from(Uint32Array.of(0, 1).buffer));
    flush();
  }).listen(path, () => process.send('listening'));
  process.on('disconnect', () => process.exit());
}

/** Of one request, as Envoy writes them. */
function messages() {
  const message = (value) => Buffer.from(encode('envoy.service.ext_proc.v3.ProcessingRequest', value));
  const headers = (all) => ({
    headers: { headers: Object.entries(all).map(([key, value]) => ({ key, raw_value: Buffer.from(value) })) },
  });
  const question = { model: 'mock-1', max_tokens: 256, stream: false, messages: [{ role: 'user', content: WORDS }] };
  const answer = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'mock-1',
    content: [{ type: 'text', text: WORDS }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 9, output_tokens: 12 },
  };
  const asked = JSON.stringify(question);
  const answered = JSON.stringify(answer);
  return {
    request: [
      message({
        request_headers: headers({
          ':authority': '127.0.0.1:8080',
          ':path': '/v1/chat/completions',
          ':method': 'POST',
          ':scheme': 'http',
          'content-type': 'application/json',
          accept: '*/*',
          'x-forwarded-for': '192.0.2.2',
          'x-forwarded-proto': 'http',
          'x-request-id': '10cd8c40-1251-4a88-875b-a72ee8ce6b6b',
          'x-mse-consumer': 'bench',
          'content-length': String(asked.length),
        }),
      }),
      message({ request_body: { body: Buffer.from(asked), end_of_stream: true } }),
    ],
    answer: [
      message({
        response_headers: headers({
          ':status': '200',
          'content-type': 'application/json',
          'content-length': String(answered.length),
        }),
      }),
      message({ response_body: { body: Buffer.from(answered), end_of_stream: true } }),
    ],
  };
}
