// Writes docs/compatibility.md: every row of test/compatibility/*.yaml with its state and the test that shows it, from a run of all tiers.
//   npm run generate:compatibility             runs all tiers but the end-to-end one first (ten minutes)
//   npm run generate:compatibility -- --fresh  only reads the results of the last run
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('..', import.meta.url));
const results = join(root, 'tmp', 'test-results');
/** The end-to-end tier runs on a cluster of its own and is not asked. */
const tiers = ['unit', 'dataplane', 'chart', 'services', 'kube'];
const ONE_BY_ONE = new Set(['services', 'kube']);

if (!process.argv.includes('--fresh')) {
  mkdirSync(results, { recursive: true });
  for (const tier of tiers) {
    const file = join(results, `${tier}.json`);
    const order = ONE_BY_ONE.has(tier) ? ['--runInBand'] : [];
    const args = [join(root, 'hack/jest.mjs'), '--json', `--outputFile=${file}`, '--selectProjects', tier, ...order];
    spawnSync('node', args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  }
}

/** All tests that ran: full name, file, passed or not. */
const tests = tiers.flatMap((tier) => {
  const file = join(results, `${tier}.json`);
  if (!existsSync(file)) throw new Error(`${relative(root, file)} is missing; run without --fresh first`);
  return JSON.parse(readFileSync(file, 'utf8')).testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ ancestorTitles, title, status }) => ({
      name: [...ancestorTitles, title].join(' '),
      file: relative(root, name),
      status,
    })),
  );
});

const areas = readdirSync(join(root, 'test/compatibility'))
  .filter((file) => file.endsWith('.yaml'))
  .sort()
  .map((file) => parse(readFileSync(join(root, 'test/compatibility', file), 'utf8')));

/** `open`: no test shows it, or one fails. */
function rowOf({ row, test, note = '' }) {
  const pattern = test === undefined ? undefined : new RegExp(test);
  const shown = pattern === undefined ? [] : tests.filter(({ name }) => pattern.test(name));
  const failing = shown.some(({ status }) => status === 'failed');
  const passing = shown.filter(({ status }) => status === 'passed');
  const first = passing[0];
  const state = first === undefined || failing ? 'open' : 'works';
  const more = passing.length > 1 ? ` (+${passing.length - 1})` : '';
  return {
    state,
    line: `| ${row} | ${state} | ${first === undefined ? note : `\`${first.file}\` ${first.name}${more}`} |`,
  };
}

const out = [
  '# Compatibility',
  '',
  'Generated from the test results by `npm run generate:compatibility`; not edited by hand. A row works when a test shows it and none of its tests fails.',
];
const summary = ['', '| area | works | open |', '| --- | --- | --- |'];
const body = [];
for (const { area, rows } of areas) {
  const lines = rows.map(rowOf);
  const works = lines.filter(({ state }) => state === 'works').length;
  summary.push(`| ${area} | ${works} | ${lines.length - works} |`);
  body.push(
    '',
    `## ${area}`,
    '',
    '| row | state | test |',
    '| --- | --- | --- |',
    ...lines.map(({ line }) => line.replaceAll('\n', ' ')),
  );
}
writeFileSync(join(root, 'docs/compatibility.md'), `${[...out, ...summary, ...body].join('\n')}\n`);
console.log(summary.slice(3).join('\n'));
