/** `npm run fuzz [-- --count N] [--seed S] [--only NUMBER] [--print]`: 10,000 mutations unless told otherwise; exit status 1 when something was found. */
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';
import { mutation } from './mutation.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    only: { type: 'string' },
    print: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const only = values.only === undefined ? undefined : Number(values.only);
const [from, to] = only === undefined ? [0, Number(values.count)] : [only, only + 1];
const STEP = 500;

if (values.print && only !== undefined) process.stdout.write(mutation(seed, only).bytes);
console.error(`seed ${seed}`);
const begun = performance.now();
const result = await fuzz(seed, {
  from,
  to,
  onProgress: (done) => {
    if (done % STEP === 0) console.error(`${done} of ${to - from}`);
  },
});
for (const { index, what } of result.findings) console.log(`--seed ${seed} --only ${index}: ${what}`);
const seconds = ((performance.now() - begun) / 1000).toFixed(0);
console.log(
  `${result.ran} mutations of the sample manifests (seed ${seed}) in ${seconds} s: ${result.findings.length} findings, slowest ${result.slowestMs.toFixed(0)} ms`,
);
if (result.findings.length > 0) process.exitCode = 1;
