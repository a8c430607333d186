/**
 * `npm run soak [-- --minutes N] [--idle N] [--limit MS]`: holds streams open through the whole gateway for an hour and two minutes unless told otherwise,
 * some with an event every minute, some with half an hour of silence. Exit status 1 when one was cut, came late, out of order or uncounted.
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { serviceYaml } from '../support/echo.ts';
import { eventually, fetchRaw, type Gateway, startGateway } from '../support/gateway.ts';
import { aiRouteYaml, startLlm } from '../support/llm.ts';
import { planned, span, WAYS, type Way } from './plan.ts';
import { INPUT_TOKENS, soakVendor } from './vendor.ts';
import { Watch } from './watch.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '62' },
    idle: { type: 'string', default: '300' },
    limit: { type: 'string', default: '5000' },
  },
});

const MINUTE_MS = 60_000;
/** ai-statistics as people have it, on every route. */
const STATISTICS = `apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: ai-statistics, namespace: higress-system }
spec:
  url: oci://higress/plugins/ai-statistics:2.0.1
  defaultConfigDisable: true
  matchRules:
  - ingress: [${WAYS.join(', ')}]
    config: {}
`;
const minutes = numberOf('minutes', 0.2);
const limitMs = numberOf('limit', 1);
const streams = planned(minutes, numberOf('idle', 0));
const PROVIDERS: Readonly<Record<Way, object>> = {
  lowered: { id: 'lowered', type: 'openai', apiTokens: ['t'] },
  translated: { id: 'translated', type: 'claude', apiTokens: ['t'] },
  retried: { id: 'retried', type: 'claude', apiTokens: ['t1', 't2'], retryOnFailure: { enabled: true } },
};

const watches = new Map(streams.map((stream) => [stream.id, new Watch(stream, limitMs)]));
const vendor = await startLlm(
  soakVendor(new Map(streams.map((stream) => [stream.id, stream])), ({ id }, index) => watches.get(id)?.sent(index)),
);
let gateway: Gateway | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    for (const watch of watches.values()) watch.abort();
  });
try {
  gateway = await startGateway({
    files: { 'service.yaml': serviceYaml('llm', vendor.port, 'higress-system'), 'routes.yaml': routesYaml() },
  });
  const problems = await soak(gateway);
  for (const problem of problems) console.log(problem);
  console.log(`${streams.length} streams over ${minutes} minutes: ${problems.length} problems`);
  if (problems.length > 0) {
    process.exitCode = 1;
    const file = join(tmpdir(), `higress-soak-${process.pid}.log`);
    writeFileSync(file, gateway.log);
    console.error(`[soak] the gateway's log, access log included, is in ${file}`);
  }
} finally {
  await gateway?.stop();
  await vendor.stop();
}

async function soak(running: Gateway): Promise<readonly string[]> {
  const begun = performance.now();
  const all = [...watches.values()];
  const progress = setInterval(
    () => say(all, performance.now() - begun),
    Math.min(MINUTE_MS, (minutes * MINUTE_MS) / 10),
  );
  const problems = await Promise.all(all.map((watch) => watch.run(`${running.urls.http}/v1/chat/completions`)));
  clearInterval(progress);
  say(all, performance.now() - begun);
  table(all);
  return [...problems.flat(), ...(await uncounted(running))];
}

/** Tokens that the metrics do not have, by way: the gateway counts a stream when it is over. */
async function uncounted({ urls }: Gateway): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const way of WAYS) {
    const own = streams.filter((stream) => stream.way === way);
    const wanted = {
      input_token: own.length * INPUT_TOKENS,
      output_token: own.reduce((sum, { tokensAt }) => sum + tokensAt.length, 0),
    };
    for (const [name, tokens] of Object.entries(wanted))
      await eventually(`${name} of ${way} in the metrics is ${tokens}`, async () => {
        const { body } = await fetchRaw(`${urls.admin}/metrics`);
        const line = new RegExp(`^route_upstream_model_consumer_metric_${name}\\{ai_route="${way}",.*\\} (\\d+)$`, 'm');
        const seen = Number(line.exec(body)?.[1]);
        if (seen !== tokens) throw new Error(String(seen));
        return true;
      }).catch((error: Error) => problems.push(error.message));
  }
  return problems;
}

function say(all: readonly Watch[], passedMs: number): void {
  const open = all.filter(({ isOpen }) => isOpen).length;
  const arrived = all.reduce((sum, watch) => sum + watch.arrived, 0);
  console.error(
    `[soak] ${span(passedMs)} of ${minutes} min: ${open} of ${all.length} streams open, ${arrived} events, slowest ${slowest(all)}`,
  );
}

function table(all: readonly Watch[]): void {
  console.log('| way | silence | streams | events | slowest event |\n| --- | --- | --- | --- | --- |');
  for (const [title, some] of Map.groupBy(all, ({ stream }) => `${stream.way} | ${span(stream.gapMs)}`)) {
    const events = some.reduce((sum, { arrived }) => sum + arrived, 0);
    console.log(`| ${title} | ${some.length} | ${events} | ${slowest(some)} |`);
  }
}

function slowest(some: readonly Watch[]): string {
  return `${Math.max(...some.map(({ slowestMs }) => slowestMs)).toFixed(0)} ms`;
}

function routesYaml(): string {
  const routes = WAYS.map((way) =>
    aiRouteYaml({ name: way, host: `${way}.example.com`, service: 'llm', provider: PROVIDERS[way] }),
  );
  return [...routes, STATISTICS].join('---\n');
}

function numberOf(name: keyof typeof values, least: number): number {
  const value = Number(values[name]);
  if (Number.isFinite(value) && value >= least) return value;
  console.error(`--${name} ${values[name]}: a number of at least ${least} is wanted`);
  process.exit(2);
}
