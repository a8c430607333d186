/** Calls whose answer is read while it comes. */
import { createServer, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type EgressClient, egressClient } from './http-call.ts';

const running: (() => void)[] = [];
afterEach(() => {
  for (const stop of running.splice(0)) stop();
});

async function client(answer: (response: ServerResponse) => void): Promise<EgressClient> {
  const server = createServer((_request, response) => answer(response));
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  const bound = server.address();
  const egress = egressClient({ host: '127.0.0.1', port: typeof bound === 'object' && bound ? bound.port : 0 });
  running.push(() => {
    egress.stop();
    server.close();
    server.closeAllConnections();
  });
  return egress;
}

const call = { cluster: 'outbound|80||llm.dns', method: 'POST', path: '/x?key=secret', body: '{}' };

describe('a streamed call', () => {
  it('has its head first and its parts as they come', async () => {
    let go: () => void = () => undefined;
    const egress = await client((response) => {
      response.writeHead(201, { 'x-a': ['1', '2'] }).write('one');
      go = () => response.end('two');
    });
    const { status, headers, body } = await egress.stream(call);
    expect([status, headers['x-a']]).toEqual([201, '1, 2']);
    const parts: string[] = [];
    for await (const part of body) {
      parts.push(part.toString());
      go();
    }
    expect(parts).toEqual(['one', 'two']);
  });

  it('throws when the other side breaks off', async () => {
    let cut: () => void = () => undefined;
    const egress = await client((response) => {
      response.writeHead(200).write('one');
      cut = () => response.destroy();
    });
    const { body } = await egress.stream(call);
    const read = async () => {
      for await (const _part of body) cut();
    };
    await expect(read()).rejects.toMatchObject({ name: 'HttpCallError', path: '/x' });
  });

  it.each(['cancel', 'leave', 'abort', 'abort before reading'])('ends the exchange: %s', async (how) => {
    let closed: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const egress = await client((response) => {
      response.on('close', closed);
      response.writeHead(200).write('one');
    });
    const abort = new AbortController();
    const { body, cancel } = await egress.stream({ ...call, signal: abort.signal });
    if (how === 'cancel') cancel();
    else if (how === 'leave') {
      for await (const _part of body) break;
    } else {
      if (how === 'abort before reading') abort.abort();
      const read = async () => {
        for await (const _part of body) abort.abort();
      };
      await expect(read()).rejects.toThrow('the request it was for is over');
    }
    await gone;
  });

  it('waits for the head no longer than it may', async () => {
    const egress = await client(() => undefined);
    await expect(egress.stream({ ...call, timeoutMs: 20 })).rejects.toMatchObject({ timeout: true });
  });
});
