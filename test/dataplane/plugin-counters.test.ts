/** Counters of plugins inside Envoy: added up in the module, handed over a moment later, and kept while configurations come and go. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { serviceYaml } from '#test/echo.ts';
import { eventually, fetchRaw, type Gateway, startGateway } from '#test/gateway.ts';
import { aiRouteYaml, eventStream, json, type Llm, startLlm } from '#test/llm.ts';

const ROUTES = ['one', 'two'];
const MODELS = ['m-0', 'm-1', 'm-2'];
const USAGE = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
const STATISTICS = `apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: statistics, namespace: higress-system }
spec:
  url: oci://higress/plugins/ai-statistics:2.0.1
  defaultConfig: {}
`;
const routesYaml = (mapped: string) =>
  ROUTES.map((name) => {
    const provider = { type: 'openai', apiTokens: ['t'], modelMapping: { '*': mapped } };
    return aiRouteYaml({ name, host: `${name}.example.com`, service: 'llm', provider });
  }).join('---\n');

let llm: Llm;
let gateway: Gateway;

beforeAll(async () => {
  // The answer's model, which is the label, is what the question says; the question's model is what the configuration maps it to.
  llm = await startLlm(({ json: asked }, response) => {
    const { messages, stream } = asked as { messages: [{ content: string }]; stream: boolean };
    const model = messages[0].content;
    if (!stream) return json(response, 200, { model, choices: [], usage: USAGE });
    eventStream(response);
    response.end(`data: ${JSON.stringify({ model, choices: [], usage: USAGE })}\n\ndata: [DONE]\n\n`);
  });
  const files = {
    'svc.yaml': serviceYaml('llm', llm.port, 'higress-system'),
    'routes.yaml': routesYaml('first'),
    'statistics.yaml': STATISTICS,
  };
  gateway = await startGateway({ files, args: ['--envoy-concurrency', '2'] });
}, 90_000);

afterAll(async () => {
  await gateway?.stop();
  await llm?.stop();
});

async function ask(route: string, model: string, stream = false): Promise<void> {
  const question = { model: 'asked', stream, messages: [{ role: 'user', content: model }] };
  const { status } = await gateway.post('/v1/chat/completions', question, { host: `${route}.example.com` });
  if (status !== 200) throw new Error(`status ${status}`);
}

/** With all that was written before. */
async function mapTo(mapped: string): Promise<void> {
  gateway.write('routes.yaml', routesYaml(mapped));
  await eventually('the new plugins', async () => {
    await Promise.all(ROUTES.map((route) => ask(route, 'probe')));
    return llm.seen.slice(-ROUTES.length).every(({ json: body }) => body?.model === mapped);
  });
}

/** How often each was asked; those that are streamed have one more set of counters. */
const asked = new Map<string, { calls: number; streams: number }>();

async function askAll(times: number): Promise<void> {
  const waiting: Promise<void>[] = [];
  for (const route of ROUTES)
    for (const [index, model] of MODELS.entries()) {
      const label = `${route} ${model}`;
      const before = asked.get(label) ?? { calls: 0, streams: 0 };
      const count = times + index;
      const streamed = index > 0;
      asked.set(label, { calls: before.calls + count, streams: before.streams + (streamed ? count : 0) });
      for (let one = 0; one < count; one += 1) waiting.push(ask(route, model, streamed));
    }
  await Promise.all(waiting);
}

const expected = () =>
  Object.fromEntries(
    [...asked].map(([label, { calls, streams }]) => [
      label,
      {
        input_token: 3 * calls,
        output_token: 2 * calls,
        total_token: 5 * calls,
        llm_duration_count: calls,
        ...(streams > 0 ? { llm_stream_duration_count: streams } : {}),
      },
    ]),
  );

const COUNTER =
  /^route_upstream_model_consumer_metric_(\w+)\{ai_route="([^"]+)",ai_cluster="[^"]+",ai_model="(m-[^"]+)",ai_consumer="none"\} (\d+)$/gm;

/** Without the sums of durations. */
async function counted(): Promise<Record<string, Record<string, number>>> {
  const { body } = await fetchRaw(`${gateway.urls.admin}/metrics`);
  const found: Record<string, Record<string, number>> = {};
  for (const [, name, route, model, value] of body.matchAll(COUNTER)) {
    if (name?.endsWith('_duration')) continue;
    const label = `${route} ${model}`;
    found[label] = { ...found[label], [name!]: Number(value) };
  }
  return found;
}

async function becomesExact(): Promise<void> {
  const calls = (all: Record<string, Record<string, number>>) =>
    Object.values(all).reduce((sum, { llm_duration_count = 0 }) => sum + llm_duration_count, 0);
  const wanted = calls(expected());
  await eventually(`${wanted} calls`, async () => {
    const seen = calls(await counted());
    if (seen < wanted) throw new Error(`${seen} calls`);
    return true;
  });
  expect(await counted()).toEqual(expected());
}

it('counters are exact after many requests at once with several values of their labels', async () => {
  await askAll(60);
  await becomesExact();
}, 60_000);

it.each(['second', 'third', 'fourth'])(
  'counters stay when the plugins change right after the requests (%s)',
  async (mapped) => {
    await askAll(10);
    await mapTo(mapped);
    await askAll(1);
    await becomesExact();
  },
  60_000,
);

it('counters stay when the listeners change, and when the plugin goes and comes back', async () => {
  await askAll(5);
  const settings = { downstream: { connectionBufferLimits: 44_444 } };
  gateway.write(
    'config.yaml',
    `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: higress-config, namespace: higress-system }\ndata:\n  higress: ${JSON.stringify(JSON.stringify(settings))}\n`,
  );
  const inEnvoy = async (text: string) => JSON.stringify(await gateway.debug('envoy')).includes(text);
  await eventually('the new listener', () => inEnvoy('"per_connection_buffer_limit_bytes":44444'));
  await becomesExact();
  gateway.remove('statistics.yaml');
  await mapTo('without');
  await becomesExact();
  gateway.write('statistics.yaml', STATISTICS);
  await mapTo('with');
  await askAll(2);
  await becomesExact();
}, 60_000);
