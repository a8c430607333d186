/** ai-image-reader through a real Envoy and the plugin server, with stand-ins of the OCR service and of a vendor that knows only text. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { serviceYaml } from '../support/echo.ts';
import { fetchRaw, type Gateway, startGateway } from '../support/gateway.ts';
import {
  aiRouteYaml,
  claudeEvents,
  completion,
  contentOf,
  eventStream,
  json,
  type Llm,
  openStream,
  startLlm,
} from '../support/llm.ts';

let llm: Llm;
let ocr: Llm;
let gateway: Gateway;

const KEY = 'sk-planted-ocr-key';
const PATH = '/v1/chat/completions';
const OCR = 'ocr.higress-system.svc.cluster.local';

const route = (name: string, more: object) =>
  `${aiRouteYaml({
    name,
    host: `${name}.example.com`,
    service: 'llm',
    provider: { id: name, type: name === 'claude' ? 'claude' : 'openai', apiTokens: ['t'] },
  })}---
apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: ${name}-reader, namespace: higress-system }
spec:
  url: oci://higress/plugins/ai-image-reader:1.0.0
  defaultConfigDisable: true
  matchRules:
  - ingress: [${name}]
    config: ${JSON.stringify({ type: 'dashscope', apiKey: KEY, serviceName: OCR, servicePort: 80, ...more })}
`;

beforeAll(async () => {
  llm = await startLlm();
  ocr = await startLlm();
  const routes = [
    route('openai', { serviceHost: 'ocr.vendor.test' }),
    route('claude', {}),
    route('hasty', { timeout: 50 }),
    route('nowhere', { serviceName: 'nowhere.dns' }),
  ];
  gateway = await startGateway({
    files: {
      'svc.yaml': `${serviceYaml('llm', llm.port, 'higress-system')}---\n${serviceYaml('ocr', ocr.port, 'higress-system')}`,
      'routes.yaml': routes.join('---\n'),
    },
  });
}, 90_000);

afterAll(async () => {
  await gateway?.stop();
  await Promise.all([llm?.stop(), ocr?.stop()]);
});

beforeEach(() => {
  llm.seen.length = 0;
  ocr.seen.length = 0;
  llm.answer((_request, response) => completion(response, 'fine'));
  ocr.answer((request, response) => completion(response, `text of ${imageIn(request.json)}`));
});

interface Question {
  readonly messages: readonly [{ readonly content: readonly { readonly image_url: { readonly url: string } }[] }];
}
const imageIn = (body: unknown): string => (body as Question).messages[0].content[0]?.image_url.url ?? '';
const image = (url: string) => ({ type: 'image_url', image_url: { url } });
const ask = (content: unknown) => ({ model: 'm', messages: [{ role: 'user', content }] });
const post = (name: string, content: unknown) => gateway.post(PATH, ask(content), { host: `${name}.example.com` });
const question = (): string =>
  String((llm.seen[0]?.json?.messages as { content: unknown }[] | undefined)?.[0]?.content);

describe('reading images on the wire', () => {
  it('asks the OCR service once for each image and gives the model text alone', async () => {
    const { status } = await post('openai', [
      image('a'),
      { type: 'text', text: 'Compare them' },
      image('data:image/png;base64,AA'),
    ]);
    expect(status).toBe(200);
    expect(ocr.seen.map(({ path, token, headers }) => [path, token, headers.host])).toEqual(
      [0, 1].map(() => ['/compatible-mode/v1/chat/completions', KEY, 'ocr.vendor.test']),
    );
    expect(question()).toMatch(/2 image.*text of a\n.*text of data:image\/png;base64,AA\n.*Compare them$/s);
    expect(llm.seen[0]?.body.toString('utf8')).not.toContain('image_url');
  });

  it('goes before the translation for another vendor, and streams pass', async () => {
    llm.answer((_request, response) => {
      eventStream(response);
      response.end(claudeEvents('seen').join(''));
    });
    const stream = openStream(
      `${gateway.urls.http}${PATH}`,
      { host: 'claude.example.com' },
      { ...ask([image('a'), { type: 'text', text: 'What?' }]), stream: true },
    );
    expect(await stream.over).toBe('end');
    expect(contentOf(stream.text())).toBe('seen');
    expect(llm.seen[0]?.body.toString('utf8')).toContain('text of a');
  });

  it('leaves a request without images as it is', async () => {
    await post('openai', 'hi');
    expect([ocr.seen.length, question()]).toEqual([0, 'hi']);
  });

  it('goes on when the OCR service fails', async () => {
    ocr.answer((request, response) =>
      imageIn(request.json) === 'bad' ? json(response, 500, {}) : completion(response, 'read'),
    );
    const { status } = await post('openai', [image('bad'), image('good'), { type: 'text', text: 'What?' }]);
    expect(status).toBe(200);
    expect(question()).toMatch(/Image 1\n\(this image could not be read\)\n.*Image 2\nread\n.*What\?$/s);
  });

  it('goes on when the OCR service does not answer in time', async () => {
    // Never answered; the exchange ends with the gateway's patience.
    ocr.answer(() => undefined);
    const { status } = await post('hasty', [image('a'), { type: 'text', text: 'What?' }]);
    expect(status).toBe(200);
    expect(question()).toMatch(/Image 1\n\(this image could not be read\)\n.*What\?$/s);
  });

  it('goes on when there is no such service', async () => {
    const { status } = await post('nowhere', [image('a'), { type: 'text', text: 'What?' }]);
    expect([status, ocr.seen.length]).toEqual([200, 0]);
    expect(llm.seen[0]?.body.toString('utf8')).toContain('What?');
  });

  it('has images of megabytes read', async () => {
    const url = `data:image/png;base64,${'A'.repeat(4_000_000)}`;
    ocr.answer((request, response) => completion(response, `${imageIn(request.json).length} characters`));
    const { status } = await post(
      'openai',
      Array.from({ length: 3 }, () => image(url)),
    );
    expect(status).toBe(200);
    expect(question().split(`${url.length} characters`)).toHaveLength(4);
  });

  it('prints the key nowhere', async () => {
    await post('openai', [image('a')]);
    for (const page of ['model', 'ir', 'xds', 'plugins', 'registries']) {
      const { status, body } = await fetchRaw(`${gateway.urls.admin}/debug/${page}`);
      expect(status).toBe(200);
      expect(body).not.toContain(KEY);
    }
    const { body } = await fetchRaw(`${gateway.urls.admin}/metrics`);
    expect(body).not.toContain(KEY);
    expect(gateway.log).not.toContain(KEY);
  });
});
