// `npm run bench [-- PEER… | --all]`: bare Envoy and this gateway side by side in one run, as a Markdown table of ratios, then the time from a saved Ingress to
// its first answer among 1,000 hosts. Needs Go for the mock vendor and the load generator, and two cores: one for the gateway, one for the load.
import { execFileSync, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const node = join(here, '..', 'node_modules', '.bin', 'node');
const PEERS = ['envoy', 'plain', 'lowered', 'lowered-no-stats', 'ext-proc-openai', 'ext-proc-claude'];
/** With `--all`; other gateways only where LITELLM_VENV and PORTKEY_DIR name an installed one. */
const MORE = ['ext-proc-gemini', 'ext-proc-bedrock', 'ext-proc-qwen', 'litellm', 'portkey'];

function run(command, args, env = {}) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) process.exit(status ?? 1);
}

const envoy = execFileSync(node, [join(here, '../src/cli/main.ts'), 'envoy'], { encoding: 'utf8' }).trim();
const all = process.argv.includes('--all');
const peers = all ? [...PEERS, ...MORE] : process.argv.slice(2);
console.error('[bench] plain and AI routes, unary and streamed, three rounds: ten to twenty minutes …');
run('bash', [join(here, 'llm.sh'), ...(peers.length > 0 ? peers : PEERS)], { ENVOY_BIN: envoy });
if (peers.length === 0 || all) {
  console.error('[bench] one Ingress changed among 1,000 hosts …');
  run(node, [join(here, 'propagation.mjs'), '1000', '100'], { ENVOY_PATH: envoy });
}
