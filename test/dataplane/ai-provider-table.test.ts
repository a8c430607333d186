/** Every provider type x API x {unary, stream} through a real Envoy: what the vendor gets and what the client gets. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { type Llm, startLlm } from '../support/llm.ts';
import { PROVIDER_CASES, PROVIDER_ROWS } from '../support/provider-cases.ts';
import { nameOf } from '../support/provider-rows.ts';
import { manifestsOf, type Row, runRow } from '../support/wire-table.ts';

const ROUTES = PROVIDER_ROWS.map(
  (row): Row => ({
    item: nameOf(row),
    says: 'route',
    plugins: {
      'ai-proxy': {
        provider: { type: row.type, apiTokens: ['sk-vendor'], modelMapping: { asked: 'mapped' }, ...row.settings },
      },
    },
    steps: [],
  }),
);

describe('providers on the wire', () => {
  let llm: Llm;
  let gateway: Gateway;

  beforeAll(async () => {
    llm = await startLlm();
    gateway = await startGateway({ files: { 'routes.yaml': manifestsOf(ROUTES, llm.port) } });
  }, 90_000);

  afterAll(async () => {
    await gateway?.stop();
    await llm?.stop();
  });

  it.each(PROVIDER_CASES)('$name', async ({ row, step }) => {
    const index = PROVIDER_ROWS.indexOf(row);
    await runRow({ ...(ROUTES[index] as Row), steps: [step] }, index, gateway, llm);
  });

  // UPDATE_GOLDEN=1 writes the rows.
  it('have a row each in the table of what works', () => {
    const file = new URL('../compatibility/ai-provider-table.yaml', import.meta.url);
    const expected = rowsYaml();
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, expected);
    expect(readFileSync(file, 'utf8')).toBe(expected);
  });
});

/** One row a case, which names that case's test and no other. */
function rowsYaml(): string {
  const rows = PROVIDER_CASES.map(({ name }) => {
    const test = `^providers on the wire ${name.replaceAll(/[.()/]/g, (sign) => `\\${sign}`)}$`;
    return `  - row: "${name}"\n    test: '${test}'\n`;
  });
  const head = '# Written by test/dataplane/ai-provider-table.test.ts (UPDATE_GOLDEN=1).\n';
  return `${head}area: "providers x APIs x unary and stream, on the wire"\nrows:\n${rows.join('')}`;
}
