// Writes docs/compatibility.md: every row of test/compatibility/*.yaml with its state and the test that shows it, from a run of all tiers.
//   npm run generate:compatibility                   runs all tiers first (a quarter of an hour; the end-to-end one needs root and Go)
//   npm run generate:compatibility -- --without-e2e  leaves the end-to-end tier out: rows that it showed stay as they are
//   npm run generate:compatibility -- --fresh        only reads the results of the last run (tmp/test-results; TEST_RESULTS names that folder to any run of
//                                                    tests); goes with --without-e2e
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('..', import.meta.url));
const results = join(root, 'tmp', 'test-results');
const table = join(root, 'docs/compatibility.md');
const withE2e = !process.argv.includes('--without-e2e');
const tiers = ['unit', 'dataplane', 'chart', 'services', 'kube', ...(withE2e ? ['e2e'] : [])];
const ONE_BY_ONE = new Set(['services', 'kube']);

if (!process.argv.includes('--fresh')) {
  mkdirSync(results, { recursive: true });
  for (const tier of tiers) {
    const file = join(results, `${tier}.json`);
    rmSync(file, { force: true });
    const json = ['--json', `--outputFile=${file}`];
    const order = ONE_BY_ONE.has(tier) ? ['--runInBand'] : [];
    const [command, args] =
      tier === 'e2e'
        ? ['bash', [join(root, 'hack/e2e.sh'), ...json]]
        : ['node', [join(root, 'hack/jest.mjs'), ...json, '--selectProjects', tier, ...order]];
    spawnSync(command, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  }
}

/** All tests that ran: full name, file, passed or not. */
const tests = tiers.flatMap((tier) => {
  const file = join(results, `${tier}.json`);
  if (!existsSync(file)) {
    const way = tier === 'e2e' ? '--without-e2e does without it' : 'run without --fresh first';
    throw new Error(`the results of the tier ${tier} are missing (${relative(root, file)}); ${way}`);
  }
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

/** Rows of the table as it is that a test of the end-to-end tier shows, by `area / row`. */
const kept = new Map();
if (!withE2e && existsSync(table)) {
  let area = '';
  for (const line of readFileSync(table, 'utf8').split('\n')) {
    area = /^## (.*)$/.exec(line)?.[1] ?? area;
    const row = /^\| (.*) \| works \| `test\/e2e\//.exec(line)?.[1];
    if (row !== undefined) kept.set(`${area} / ${row}`, line);
  }
}

/** `open`: no test shows it, or one fails. */
function rowOf({ row, test, note = '' }, area) {
  const pattern = test === undefined ? undefined : new RegExp(test);
  const shown = pattern === undefined ? [] : tests.filter(({ name }) => pattern.test(name));
  const failing = shown.some(({ status }) => status === 'failed');
  const passing = shown.filter(({ status }) => status === 'passed');
  const [first] = passing;
  const before = kept.get(`${area} / ${row}`);
  if (first === undefined && !failing && before !== undefined) return { state: 'works', line: before };
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
  const lines = rows.map((row) => rowOf(row, area));
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
writeFileSync(table, `${[...out, ...summary, ...body].join('\n')}\n`);
console.log(summary.slice(3).join('\n'));
