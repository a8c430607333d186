// Before all tests of the tier: the servers are installed, which takes minutes on a fresh machine and must not count as a test that hangs.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = (name) => fileURLToPath(new URL(`../../hack/services/${name}.sh`, import.meta.url));

export function install(...names) {
  for (const name of names) execFileSync('bash', [script(name), 'install'], { stdio: ['ignore', 'ignore', 'inherit'] });
}

export default function setup() {
  install('redis', 'registry', 'nacos');
}
