import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { HttpAnswer, HttpCall } from '#plugin-sdk/host.ts';
import { httpAnswer, testPlugin } from '#plugin-sdk/testing.ts';
import { effectiveConfig } from './config.ts';
import plugin from './plugin.ts';

const KEY = 'sk-planted-ocr-key';
const read = (text: unknown) => httpAnswer({ choices: [{ message: { role: 'assistant', content: text } }] });
/** The URL of the image that a call is about. */
const imageIn = (call: HttpCall) => JSON.parse(String(call.body)).messages[0].content[0].image_url.url as string;

const harness = (http: (call: HttpCall) => HttpAnswer | Promise<HttpAnswer>, more: object = {}) => {
  const config = effectiveConfig({ type: 'dashscope', apiKey: KEY, serviceName: 'ocr.dns', ...more }, undefined);
  if (config === undefined) throw new Error('no configuration');
  return testPlugin(plugin, config, { host: { http } });
};
const image = (url: string) => ({ type: 'image_url', image_url: { url } });
const text = (words: string) => ({ type: 'text', text: words });
const ask = (content: unknown, contentType = 'application/json') => ({
  method: 'POST',
  path: '/v1/chat/completions',
  headers: { 'content-type': contentType },
  body: JSON.stringify({
    messages: [
      { role: 'system', content: 's' },
      { role: 'user', content },
    ],
    seed: 1,
  }),
});
const contentOf = (upstream: { json(): unknown } | undefined) =>
  (upstream?.json() as { messages: { content: string }[] } | undefined)?.messages[1]?.content ?? '';

describe('ai-image-reader', () => {
  it('asks the OCR service for each image', async () => {
    const plugin = harness(() => read('x'), { serviceHost: 'h', servicePort: '8443', model: 'm', timeout: 77 });
    await plugin.request(ask([image('https://a/1.png'), text('?'), image('data:image/png;base64,AA')]));
    expect(plugin.calls).toMatchObject(
      ['https://a/1.png', 'data:image/png;base64,AA'].map((url) => ({
        cluster: 'outbound|8443||ocr.dns',
        method: 'POST',
        path: '/compatible-mode/v1/chat/completions',
        headers: { host: 'h', authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'm',
          messages: [{ role: 'user', content: [{ ...image(url), min_pixels: 3136, max_pixels: 1003520 }] }],
        }),
        timeoutMs: 77,
      })),
    );
  });

  it('has defaults for host, port, model and timeout', async () => {
    const plugin = harness(() => read('x'));
    await plugin.request(ask([image('u')]));
    expect(plugin.calls[0]).toMatchObject({
      cluster: 'outbound|443||ocr.dns',
      headers: { host: 'dashscope.aliyuncs.com' },
      timeoutMs: 10_000,
    });
    expect(JSON.parse(String(plugin.calls[0]?.body)).model).toBe('qwen-vl-ocr');
  });

  it('puts the texts in the order of the images, then the question', async () => {
    const answers = new Map<string, (answer: HttpAnswer) => void>();
    const plugin = harness(
      (call) =>
        new Promise((resolve) => {
          answers.set(imageIn(call), resolve);
          // The later image is read first.
          if (answers.size === 2) for (const url of ['b', 'a']) answers.get(url)?.(read(`text of ${url}`));
        }),
    );
    const { upstream } = await plugin.request(ask([text('Compare'), image('a'), image('b'), text('please.')]));
    expect(contentOf(upstream)).toMatch(
      /2 image\(s\).*Image 1\ntext of a.*Image 2\ntext of b.*language.*Compare\nplease\.$/s,
    );
  });

  it('changes that message and not one other byte', async () => {
    const content = [image('a'), text('?')];
    const { upstream } = await harness(() => read('发票 7')).request(ask(content));
    const now = JSON.stringify(contentOf(upstream));
    expect(upstream?.text).toBe(ask(content).body.replace(JSON.stringify(content), now));
    expect(upstream?.headers.get('content-length')).toBe(String(upstream?.body.length));
  });

  it.each([
    ['an error', () => httpAnswer('no', 500)],
    ['no text', () => read(null)],
    ['something else', () => httpAnswer('<html>')],
    ['nothing in time', () => Promise.reject(Object.assign(new Error('timeout'), { timeout: true }))],
  ])('says which image could not be read: the service gave %s', async (_what, fail) => {
    const plugin = harness((call) => (imageIn(call) === 'bad' ? fail() : read('7')));
    const { upstream } = await plugin.request(ask([image('bad'), image('good'), text('Sum?')]));
    expect(contentOf(upstream)).toMatch(/2 image\(s\).*Image 1\n\(this image could not be read\).*Image 2\n7.*Sum\?$/s);
    const alone = await plugin.request(ask([image('bad'), text('Sum?')]));
    expect(contentOf(alone.upstream)).toMatch(/Image 1\n\(this image could not be read\).*Sum\?$/s);
    expect(plugin.logs).toHaveLength(2);
    expect(JSON.stringify(plugin.logs)).not.toMatch(/planted|bad/);
  });

  it('takes an image for read that has no text in it', async () => {
    const { upstream } = await harness(() => read('')).request(ask([image('a')]));
    expect(contentOf(upstream)).toMatch(/Image 1\n\n/);
  });

  it('leaves a request alone when no call was possible', async () => {
    const content = [image('a'), text('?')];
    const { upstream } = await harness(() => Promise.reject(new Error('no way out'))).request(ask(content));
    expect(upstream?.text).toBe(ask(content).body);
  });

  it.each([
    ['without images', [text('hi')]],
    ['of plain text', 'hi'],
    ['with an image without URL', [{ type: 'image_url' }, { type: 'image_url', image_url: { url: '' } }]],
    ['with something else named so', [{ type: 'text', image_url: { url: 'a' } }]],
  ])('leaves a question %s alone', async (_what, content) => {
    const plugin = harness(() => read('x'));
    const { upstream } = await plugin.request(ask(content));
    expect([upstream?.text, plugin.calls]).toEqual([ask(content).body, []]);
  });

  it('looks at the last user message alone', async () => {
    const plugin = harness(() => read('x'));
    const messages = [
      { role: 'user', content: [image('a')] },
      { role: 'user', content: 'and?' },
      { role: 'assistant', content: [image('b')] },
    ];
    const body = JSON.stringify({ messages });
    const { upstream } = await plugin.request({ ...ask(''), body });
    expect([upstream?.text, plugin.calls]).toEqual([body, []]);
  });

  it('takes an image URL without an object around it', async () => {
    const plugin = harness(() => read('x'));
    await plugin.request(ask([{ type: 'image_url', image_url: 'a' }]));
    expect(plugin.calls.map(imageIn)).toEqual(['a']);
  });

  it.each([
    ['application/json', 1],
    ['Application/JSON; charset=utf-8', 1],
    ['text/plain', 0],
    ['multipart/form-data; x=application/json', 0],
    ['application/json-patch+json', 0],
  ])('reads %s: %d', async (contentType, calls) => {
    const plugin = harness(() => read('x'));
    await plugin.request(ask([image('a')], contentType));
    expect(plugin.calls).toHaveLength(calls);
  });

  it.each(['', '{', '[]', '{"messages":1}', '{"messages":[1,{"role":"user"}]}'])('lets %j pass', async (body) => {
    const { upstream } = await harness(() => read('x')).request({ ...ask(''), body });
    expect(upstream?.text).toBe(body);
  });

  it('has eight calls under way at once, not more, and keeps the order whatever comes back when', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3), { minLength: 1, maxLength: 30 }), async (turns) => {
        let underWay = 0;
        let most = 0;
        const plugin = harness(async (call) => {
          underWay += 1;
          most = Math.max(most, underWay);
          const index = Number(imageIn(call));
          for (let turn = 0; turn <= (turns[index] ?? 0); turn++) await new Promise(setImmediate);
          underWay -= 1;
          return index % 3 === 2 ? httpAnswer('', 503) : read(`text ${index}`);
        });
        const { upstream } = await plugin.request(ask(turns.map((_turn, index) => image(String(index)))));
        const found = [...contentOf(upstream).matchAll(/## Image (\d+)\n(.*)\n/g)].map(([, number, said]) => [
          number,
          said,
        ]);
        expect(found).toEqual(
          turns.map((_turn, i) => [String(i + 1), i % 3 === 2 ? '(this image could not be read)' : `text ${i}`]),
        );
        expect(most).toBeLessThanOrEqual(8);
        if (turns.length >= 8) expect(most).toBe(8);
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    [{ type: 'tesseract' }, 'type'],
    [{ apiKey: '' }, 'apiKey'],
    [{ serviceName: undefined }, 'serviceName'],
    [{ servicePort: 0 }, 'servicePort'],
    [{ timeout: 'soon' }, 'timeout'],
  ])('refuses %j', (more, path) => {
    const config = { type: 'dashscope', apiKey: KEY, serviceName: 'ocr.dns', ...more };
    expect(() => effectiveConfig(config, undefined)).toThrow(expect.objectContaining({ path }));
    expect(() => effectiveConfig(config, undefined)).not.toThrow(/planted/);
  });
});
