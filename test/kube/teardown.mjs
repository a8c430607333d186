import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export default function teardown() {
  if (process.env.KUBE_TEST_OWN_CLUSTER !== '1') return;
  execFileSync('bash', [fileURLToPath(new URL('../../hack/cluster/down.sh', import.meta.url))], { stdio: 'ignore' });
}
