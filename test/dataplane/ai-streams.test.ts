/** Streams of translated vendors through the whole gateway: what cuts them, what does not, and that both ends learn of it. */
import { brotliCompressSync, constants, createGzip, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { serviceYaml } from '../support/echo.ts';
import { eventually, fetchRaw, type Gateway, startGateway } from '../support/gateway.ts';
import {
  aiRouteYaml,
  claudeEvents,
  contentOf,
  dataOf,
  eventStream,
  json,
  type Llm,
  openStream,
  startLlm,
} from '../support/llm.ts';

let llm: Llm;
let gateway: Gateway;

const PROVIDERS: Readonly<Record<string, object>> = {
  claude: { id: 'claude', type: 'claude', apiTokens: ['t'] },
  openai: { id: 'openai', type: 'openai', apiTokens: ['t'] },
  retry: { id: 'retry', type: 'claude', apiTokens: ['t1', 't2'], retryOnFailure: { enabled: true } },
};
const IDLE_SECONDS = 1;

beforeAll(async () => {
  llm = await startLlm();
  const routes = Object.entries(PROVIDERS).map(([name, provider]) =>
    aiRouteYaml({ name, host: `${name}.example.com`, service: 'llm', provider, statistics: name === 'claude' }),
  );
  gateway = await startGateway({
    files: {
      'svc.yaml': serviceYaml('llm', llm.port, 'higress-system'),
      'routes.yaml': routes.join('---\n'),
      // What would cut a silent stream after a second.
      'config.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: higress-config, namespace: higress-system }
data:
  higress: |
    downstream: { idleTimeout: ${IDLE_SECONDS} }
`,
    },
  });
}, 90_000);

afterAll(async () => {
  await gateway?.stop();
  await llm?.stop();
});

beforeEach(() => {
  llm.seen.length = 0;
});

const open = (name: string, onText?: (text: string) => void) =>
  openStream(
    `${gateway.urls.http}/v1/chat/completions`,
    { host: `${name}.example.com` },
    { model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] },
    onText,
  );

describe('a stream', () => {
  it('may be silent for longer than the idle timeout of the listener', async () => {
    const [head = '', ...rest] = claudeEvents('hello');
    llm.answer((_request, response) => {
      eventStream(response);
      response.write(head);
      // The gap is what is tested.
      setTimeout(() => response.end(rest.join('')), IDLE_SECONDS * 1000 * 2.2);
    });
    const stream = open('claude');
    expect(await stream.over).toBe('end');
    expect(contentOf(stream.text())).toBe('hello');
  }, 15_000);

  it('passes keep-alive comments at once', async () => {
    let go: () => void = () => undefined;
    llm.answer((_request, response) => {
      eventStream(response);
      response.write(': keep-alive\n\n');
      go = () => response.end(claudeEvents('hello').join(''));
    });
    const stream = open('claude', (text) => {
      if (text.includes(': keep-alive')) go();
    });
    expect(await stream.over).toBe('end');
    expect(contentOf(stream.text())).toBe('hello');
  });

  it.each([
    ['ends without its last event', claudeEvents('he').slice(0, 4)],
    ['ends in the middle of an event', [claudeEvents('he').join('').slice(0, -60)]],
  ])('that %s gets an error event and one [DONE]', async (_title, events) => {
    llm.answer((_request, response) => {
      eventStream(response);
      response.end(events.join(''));
    });
    const stream = open('claude');
    expect(await stream.over).toBe('end');
    const data = dataOf(stream.text());
    expect(data.filter((one) => one === '[DONE]')).toHaveLength(1);
    expect(JSON.parse(data.at(-2) ?? '{}')).toMatchObject({ error: { message: expect.any(String) } });
  });

  it.each(['claude', 'openai'])('whose vendor dies in the middle is seen to be broken (%s)', async (name) => {
    let cut: () => void = () => undefined;
    llm.answer((_request, response) => {
      eventStream(response);
      response.write(claudeEvents('he').slice(0, 3).join(''));
      cut = () => response.destroy();
    });
    const stream = open(name, () => cut());
    expect([await stream.status, await stream.over]).toEqual([200, 'broken']);
    expect(stream.text()).not.toContain('[DONE]');
  });

  it('that broke off has its usage so far in the metrics', async () => {
    const counted = async () => {
      const { body } = await fetchRaw(`${gateway.urls.admin}/metrics`);
      return Number(
        /gen_ai_client_token_usage_sum\{[^}]*model="claude-x",[^}]*type="input"[^}]*\} (\d+)/.exec(body)?.[1] ?? 0,
      );
    };
    const before = await counted();
    let cut: () => void = () => undefined;
    llm.answer((_request, response) => {
      eventStream(response);
      response.write(claudeEvents('he').slice(0, 3).join(''));
      cut = () => response.destroy();
    });
    expect(await open('claude', () => cut()).over).toBe('broken');
    await eventually('the tokens of the request are counted', async () => (await counted()) === before + 3);
  });

  it.each(['claude', 'openai', 'retry'])(
    'whose client leaves ends at the vendor within a second (%s)',
    async (name) => {
      llm.answer((request, response) => {
        if (name === 'retry' && llm.seen.length === 1) {
          json(response, 529, {});
          return;
        }
        eventStream(response);
        response.write(claudeEvents('he').slice(0, 4).join(''));
        request.aborted = false;
      });
      const stream = open(name, () => stream.abort());
      const left = await eventually('the first events come', () => (stream.text() === '' ? undefined : Date.now()));
      await eventually('the vendor sees it', () => llm.seen.at(-1)?.aborted);
      expect(Date.now() - left).toBeLessThan(1_000);
    },
  );

  it.each(['gzip', 'br', 'zstd'])(
    'that comes compressed although nobody asked is read all the same (%s)',
    async (coding) => {
      const text = claudeEvents('hello').join('');
      llm.answer((_request, response) => {
        eventStream(response, { 'content-encoding': coding });
        if (coding === 'br') response.end(brotliCompressSync(text));
        else if (coding === 'zstd') response.end(zstdCompressSync(text));
        else {
          const gzip = createGzip();
          gzip.pipe(response);
          // Part by part, as a server does that compresses what it streams.
          for (const event of claudeEvents('hello')) {
            gzip.write(event);
            gzip.flush(constants.Z_SYNC_FLUSH);
          }
          gzip.end();
        }
      });
      const stream = open('claude');
      expect(await stream.over).toBe('end');
      expect(contentOf(stream.text())).toBe('hello');
    },
  );
});

describe('a body of 50 MB', () => {
  it('reaches a translated vendor whole', async () => {
    const image = Buffer.alloc(37_500_000, 'x').toString('base64');
    llm.answer((_request, response) => {
      eventStream(response);
      response.end(claudeEvents('seen').join(''));
    });
    const content = [
      { type: 'text', text: 'what is this' },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${image}` } },
    ];
    const body = JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content }] });
    expect(body.length).toBeGreaterThan(50_000_000);
    const answer = await gateway.post('/v1/chat/completions', body, { host: 'claude.example.com' });
    expect([answer.status, contentOf(answer.body)]).toEqual([200, 'seen']);
    const [message] = (llm.seen[0]?.json?.messages ?? []) as {
      content: { type: string; source?: { data: string } }[];
    }[];
    expect(message?.content.find(({ type }) => type === 'image')?.source?.data.length).toBe(image.length);
  }, 30_000);
});

describe('the time that plugins take', () => {
  it('is in the access log and in the metrics, by plugin', async () => {
    const line = await eventually('the log has it', () =>
      gateway.log.split('\n').find((one) => one.includes('"claude.example.com"') && one.includes('"plugin_ms":{')),
    );
    expect((JSON.parse(line) as { plugin_ms: object }).plugin_ms).toEqual({
      'ai-proxy': expect.any(Number),
      'ai-statistics': expect.any(Number),
    });
    const { body } = await fetchRaw(`${gateway.urls.admin}/metrics`);
    expect(body).toMatch(/higress_plugin_duration_milliseconds_count\{[^}]*plugin="ai-proxy"[^}]*\} [1-9]/);
  });
});
