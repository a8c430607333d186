import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { definePlugin, type PluginDefinition } from './definition.ts';
import type { FilterHooks } from './hooks.ts';
import { chainEntry, httpAnswer, testChain, testPlugin } from './testing.ts';

function plugin(name: string, hooks: FilterHooks): PluginDefinition<object> {
  return definePlugin<object>({
    manifest: {
      name,
      version: '1.0.0',
      title: name,
      summary: name,
      phase: 'UNSPECIFIED_PHASE',
      priority: 0,
      category: 'transform',
    },
    schema: z.object({}),
    hooks: () => hooks,
  });
}

const only = (hooks: FilterHooks) => testPlugin(plugin('p', hooks), {});
const chainOf = (...hooks: FilterHooks[]) => testChain(hooks.map((h, i) => chainEntry(plugin(`p${i}`, h), {})));

/** Appends its name to a header both ways, so that the order shows. */
const tracer = (name: string): FilterHooks => ({
  needs: {},
  onRequestHeaders: (c) => ({ headers: { set: { 'x-way': `${c.request.headers.get('x-way') ?? ''}${name}` } } }),
  onResponseHeaders: (c) => ({ headers: { set: { 'x-way': `${c.response?.headers.get('x-way') ?? ''}${name}` } } }),
});

describe('a chain', () => {
  it('runs requests first to last and answers last to first, each seeing the edits before it', async () => {
    const { upstream, response } = await chainOf(tracer('a'), tracer('b'), tracer('c')).request();
    expect(upstream?.headers.get('x-way')).toBe('abc');
    expect(response.headers.get('x-way')).toBe('cba');
  });

  it('sets, appends and removes headers, keeps repeated values apart and treats host as the authority', async () => {
    const { upstream } = await only({
      needs: {},
      onRequestHeaders: () => ({
        headers: { remove: ['x-gone'], set: { 'x-a': '1', Host: 'other.example' }, append: { cookie: 'c=3' } },
      }),
    }).request({ headers: { 'x-gone': '1', 'X-A': ['2', '3'], cookie: ['a=1', 'b=2'] } });
    expect(upstream?.headers.has('x-gone')).toBe(false);
    expect(upstream?.headers.getAll('x-a')).toEqual(['1']);
    expect(upstream?.headers.getAll('cookie')).toEqual(['a=1', 'b=2', 'c=3']);
    expect(upstream?.authority).toBe('other.example');
  });

  it('stops at a local reply: later plugins and the upstream see nothing, logs see the reply', async () => {
    const seen: string[] = [];
    const harness = chainOf(
      {
        needs: {},
        onLog: (c) => {
          seen.push(`log ${c.response?.status}`);
          return { aiLog: { status: c.response?.status } };
        },
      },
      {
        needs: {},
        onRequestHeaders: () => ({ reply: { status: 403, body: 'no', details: 'p1.denied' }, aiLog: { denied: true } }),
      },
      {
        needs: {},
        onRequestHeaders: () => {
          seen.push('later');
          return undefined;
        },
      },
    );
    const { upstream, response, reply, effects } = await harness.request({
      respond: () => {
        seen.push('upstream');
        return {};
      },
    });
    expect(upstream).toBeUndefined();
    expect(reply?.details).toBe('p1.denied');
    expect([response.status, response.text, response.headers.get('content-type')]).toEqual([403, 'no', 'text/plain']);
    expect(seen).toEqual(['log 403']);
    expect(effects.aiLog).toEqual({ denied: true, status: 403 });
  });

  it('hands one body from plugin to plugin, buffered or in parts, and keeps the length right', async () => {
    const upper: FilterHooks = { needs: {}, onRequestBody: (body) => ({ body: body.toString().toUpperCase() }) };
    const bang: FilterHooks = { needs: {}, onRequestPart: (part, end) => ({ part: `${part}${end ? '!' : '.'}` }) };
    const both = await chainOf(upper, bang).request({ body: 'abc' });
    expect([both.upstream?.text, both.upstream?.headers.get('content-length')]).toEqual(['ABC!', '4']);
    const streamed = await chainOf(bang).request({ chunks: ['a', 'b'] });
    expect(streamed.upstream?.text).toBe('a.b!');
  });

  it('does not call body hooks without a body, nor after skipRequestBody, nor after done', async () => {
    let calls = 0;
    const hooks: FilterHooks = {
      needs: {},
      onRequestHeaders: (c) =>
        c.request.path === '/skip'
          ? { skipRequestBody: true }
          : c.request.path === '/done'
            ? { done: true }
            : undefined,
      onRequestBody: () => {
        calls++;
        return undefined;
      },
      onResponseHeaders: () => ({ headers: { set: { 'x-seen': '1' } } }),
    };
    await only(hooks).request();
    const skipped = await only(hooks).request({ path: '/skip', body: 'x' });
    const done = await only(hooks).request({ path: '/done', body: 'x' });
    expect(calls).toBe(0);
    expect(skipped.response.headers.get('x-seen')).toBe('1');
    expect(done.response.headers.has('x-seen')).toBe(false);
    await only(hooks).request({ body: 'x' });
    expect(calls).toBe(1);
  });

  it('gives each request its own state and reports a re-route', async () => {
    const harness = only({
      needs: {},
      newState: () => ({ n: 0 }),
      onRequestHeaders: (c) => {
        (c.state as { n: number }).n++;
        return { reroute: true };
      },
      onResponseHeaders: (c) => ({ status: 200 + (c.state as { n: number }).n }),
    });
    for (let i = 0; i < 2; i++) {
      const { response, rerouted } = await harness.request();
      expect([response.status, rerouted]).toEqual([201, true]);
    }
  });

  it('asks for uncompressed answers when it reads them', async () => {
    const headers = { 'accept-encoding': 'gzip' };
    const reading = await only({ needs: {}, onResponseBody: () => undefined }).request({ headers });
    const blind = await only({ needs: {}, onResponseHeaders: () => undefined }).request({ headers });
    expect([reading.upstream?.headers.has('accept-encoding'), blind.upstream?.headers.has('accept-encoding')]).toEqual([
      false,
      true,
    ]);
  });
});

describe('failing hooks', () => {
  const bad: FilterHooks = {
    needs: {},
    onRequestHeaders: async () => {
      throw new Error('boom');
    },
    onResponseHeaders: () => ({ headers: { set: { 'x-bad': '1' } } }),
  };

  it('end the request with 500 when the plugin fails closed', async () => {
    const { upstream, response, reply } = await testPlugin(plugin('p', bad), {}).request();
    expect([upstream, response.status, reply?.details]).toEqual([undefined, 500, 'p.failed']);
  });

  it('take only the plugin out when it fails open', async () => {
    const harness = testChain([chainEntry(plugin('p', bad), {}, 'open'), chainEntry(plugin('q', tracer('q')), {})]);
    const { upstream, response } = await harness.request();
    expect(response.status).toBe(200);
    expect(upstream?.headers.get('x-way')).toBe('q');
    expect(response.headers.has('x-bad')).toBe(false);
    expect(harness.logs[0]).toMatchObject({ level: 'error', fields: { plugin: 'p' } });
    expect(harness.metrics).toContainEqual({
      kind: 'count',
      name: 'higress_plugin_failures_total',
      labels: { plugin: 'p' },
      value: 1,
    });
  });

  it('break off a stream that has begun', async () => {
    const harness = only({
      needs: { responseBody: 'auto' },
      onSseEvent: (event) => {
        if (event?.data === '2') throw new Error('boom');
        return undefined;
      },
    });
    const { response } = await harness.request({ respond: () => sse(['data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n']) });
    expect([response.broken, response.text]).toEqual([true, 'data: 1\n\n']);
  });
});

const sse = (chunks: string[], broken = false) => ({
  headers: { 'content-type': 'text/event-stream' },
  chunks,
  broken,
});

describe('answers', () => {
  const auto: FilterHooks = {
    needs: { responseBody: 'auto' },
    onResponseBody: (body) => ({ body: `<${body}>`, status: 201, headers: { set: { 'x-body': String(body.length) } } }),
    onSseEvent: (event) =>
      event === undefined
        ? { events: [{ data: 'end' }] }
        : event.data === 'drop'
          ? { events: [] }
          : { events: [{ data: `<${event.data}>` }] },
  };

  it('that are no event stream come whole, and status and headers may still change', async () => {
    const { response } = await only(auto).request({ respond: () => ({ chunks: ['a', 'b'] }) });
    expect([response.text, response.status, response.headers.get('x-body')]).toEqual(['<ab>', 201, '2']);
  });

  it('that are event streams come event by event, as soon as one is complete', async () => {
    const chunks = ['da', 'ta: 1\n', '\ndata: drop\n\ndata: 2', '\n\n'];
    const { response } = await only(auto).request({ respond: () => sse(chunks) });
    expect(response.parts).toEqual(['', '', 'data: <1>\n\n', 'data: <2>\n\ndata: end\n\n']);
    expect(response.headers.has('content-length')).toBe(false);
  });

  it('pass byte for byte while nothing changes, whatever the cuts', async () => {
    const text = ': hi\r\n\r\nid:7\r\ndata:x\r\n\r\ndata:y\r\n\r\n';
    const looker: FilterHooks = { needs: { responseBody: 'auto' }, onSseEvent: () => undefined };
    expect((await only(looker).request({ respond: () => sse([text]) })).response.text).toBe(text);
    for (let cut = 1; cut < text.length; cut++) {
      const { response } = await only(looker).request({ respond: () => sse([text.slice(0, cut), text.slice(cut)]) });
      expect(response.events()).toEqual([{ comment: 'hi' }, { id: '7', data: 'x' }, { data: 'y' }]);
    }
  });

  it('flow through plugins that read events, parts and events again', async () => {
    const addA: FilterHooks = {
      needs: { responseBody: 'auto' },
      onSseEvent: (event) => (event ? { events: [{ data: `${event.data}y` }] } : undefined),
    };
    const parts: FilterHooks = {
      needs: { responseBody: 'stream' },
      onResponsePart: (part) => ({ part: part.toString().replaceAll('y', 'z') }),
    };
    const { response } = await chainOf(addA, parts, addA).request({
      respond: () => sse(['data: 1\n\nda', 'ta: 2\n\n']),
    });
    expect(response.text).toBe('data: 1zy\n\ndata: 2zy\n\n');
  });

  it('are whole for all when one plugin needs the whole event stream', async () => {
    const whole: FilterHooks = {
      needs: { responseBody: 'buffered' },
      onResponseBody: (body) => ({ body: `${body}data: w\n\n` }),
    };
    const { response } = await chainOf(auto, whole).request({ respond: () => sse(['data: 1\n', '\n']) });
    expect(response.parts).toEqual(['data: <1>\n\ndata: <w>\n\ndata: end\n\n']);
  });

  it('let a plugin near the upstream turn its own stream format into events for the others', async () => {
    const vendor: FilterHooks = {
      needs: { responseBody: 'auto' },
      onResponseHeaders: () => ({ headers: { set: { 'content-type': 'text/event-stream' } }, readAs: 'parts' }),
      onResponsePart: (part) => ({ part: part.toString().replace(/^.+$/gm, 'data: $&\n') }),
    };
    const { response } = await chainOf(auto, vendor).request({
      respond: () => ({ headers: { 'content-type': 'application/x-ndjson' }, chunks: ['{}\n', '[]\n'] }),
    });
    expect(response.text).toBe('data: <{}>\n\ndata: <[]>\n\ndata: end\n\n');
  });

  it('tell the end of events once, also when the upstream breaks off or the client leaves, and then log once', async () => {
    for (const way of ['well', 'broken', 'abort'] as const) {
      const calls: string[] = [];
      const harness = only({
        needs: { responseBody: 'auto' },
        onSseEvent: (event, c) => {
          calls.push(event?.data ?? `end ${c.signal.aborted}`);
          return undefined;
        },
        onLog: () => {
          calls.push('log');
          return { logFields: { way } };
        },
      });
      const { effects } = await harness.request({
        respond: () => sse(['data: 1\n\n', 'data: 2\n\n'], way === 'broken'),
        ...(way === 'abort' ? { abortAfter: 1 } : {}),
      });
      expect(calls).toEqual(way === 'abort' ? ['1', 'end true', 'log'] : ['1', '2', `end ${way === 'broken'}`, 'log']);
      expect(effects.logFields).toEqual({ way });
    }
  });

  it('are only looked at by chains that observe', async () => {
    const { response, effects } = await only({
      needs: { responseBody: 'auto', observeOnly: true },
      onSseEvent: (event) => (event ? { events: [], aiLog: { last: event.data } } : undefined),
    }).request({ respond: () => sse(['data: 1\n\n']) });
    expect([response.text, effects.aiLog]).toEqual(['data: 1\n\n', { last: '1' }]);
  });
});

describe('host services in the harness', () => {
  it('record calls, metrics and logs and answer from the fakes', async () => {
    const harness = testPlugin(
      plugin('p', {
        needs: {},
        onRequestHeaders: async (c) => {
          const answer = await c.host.http.call({ cluster: 'outbound|80||auth', method: 'GET', path: '/ok' });
          c.host.metrics.observe('took', { a: 'b' }, c.host.now());
          return { headers: { set: { 'x-auth': JSON.parse(answer.body.toString()).user } } };
        },
      }),
      {},
      { host: { http: () => httpAnswer({ user: 'ann' }), now: () => 7 } },
    );
    const { upstream } = await harness.request();
    expect(upstream?.headers.get('x-auth')).toBe('ann');
    expect(harness.calls.map((call) => call.path)).toEqual(['/ok']);
    expect(harness.metrics).toEqual([{ kind: 'observe', name: 'took', labels: { a: 'b' }, value: 7 }]);
  });
});
