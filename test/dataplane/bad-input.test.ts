/**
 * What bad input gets from the running gateway: one clear message with object, field, value and way out, and everything else keeps serving. Wasm
 * modules with a wrong hash: wasm.test.ts. Ports in use and a missing Envoy: standalone.test.ts. `higress check`: test/features.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeProblem } from '#app/control-plane/problem-book.ts';
import type { Problem } from '#ir/types.ts';
import { badInputs } from '#test/bad-input.ts';
import { selfSigned } from '#test/certificate.ts';
import { type Echo, ingressYaml, serviceYaml, startEcho } from '#test/echo.ts';
import { eventually, type Gateway, startGateway } from '#test/gateway.ts';

const inputs = badInputs(selfSigned('bad.test'), selfSigned('other.test'));
let echo: Echo;
let gateway: Gateway;

beforeAll(async () => {
  echo = await startEcho();
  const files = {
    'web.yaml': serviceYaml('web', echo.port),
    'good.yaml': ingressYaml('good', 'good.test', '/', 'web'),
  };
  gateway = await startGateway({ files });
}, 90_000);

afterAll(async () => {
  await gateway?.stop();
  await echo?.stop();
});

const answer = async (host: string) => (await gateway.get('/', { host })).status;

async function problems(): Promise<readonly Problem[]> {
  return ((await gateway.debug('model')) as { problems: readonly Problem[] }).problems;
}

describe('bad input: the gateway:', () => {
  it.each(inputs.map((one) => [one.name, one] as const))(
    '%s',
    async (_, input) => {
      gateway.write('bad.yaml', input.yaml);
      const file = join(gateway.dir, 'bad.yaml');
      const told = await eventually('the problem is listed', async () =>
        (await problems()).find(({ reason, severity }) => reason === input.reason && severity === input.severity),
      );
      for (const part of input.says) expect(describeProblem(told)).toContain(part.replace('FILE', file));
      expect(told.origin.file).toMatch(new RegExp(`^${file}(:|$)`));
      await eventually('it is logged', () => gateway.log.includes(JSON.stringify(describeProblem(told)).slice(1, -1)));
      if (input.serves !== undefined)
        await eventually('it answers', async () => (await answer('bad.test')) === input.serves);
      else expect(await answer('bad.test')).toBe(404);
      expect(await answer('good.test')).toBe(200);
      gateway.remove('bad.yaml');
      await eventually('all is well again', async () => (await problems()).length === 0);
      expect(await answer('good.test')).toBe(200);
    },
    30_000,
  );
});
