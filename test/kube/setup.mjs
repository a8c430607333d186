// Before all tests of the tier: a Kubernetes control plane of their own (hack/cluster), unless KUBE_TEST_KUBECONFIG names a cluster to use.
import { execFileSync, spawn } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install } from '../services/setup.mjs';

const scripts = fileURLToPath(new URL('../../hack/cluster', import.meta.url));

export default function setup() {
  // The CA of test/kube/acme.test.ts.
  install('pebble');
  if (process.env.KUBE_TEST_KUBECONFIG) return;
  // The workers inherit it; component.sh finds the cluster by it.
  process.env.GATEWAY_CLUSTER_NAME = `kube-test-${process.pid}`;
  // However the run ends, even killed: the cluster goes with it.
  const watch = 'while kill -0 "$0" 2>/dev/null; do sleep 1; done; exec "$1/down.sh"';
  spawn('bash', ['-c', watch, String(process.pid), scripts], { detached: true, stdio: 'ignore' }).unref();
  const up = execFileSync('bash', [`${scripts}/up.sh`, 'control-plane'], { stdio: ['ignore', 'pipe', 'inherit'] });
  process.env.KUBE_TEST_KUBECONFIG = String(up).trim();
  process.env.KUBE_TEST_OWN_CLUSTER = '1';
  const tools = execFileSync('bash', ['-c', '. "$0/lib.sh"; printf "%s\\n" "$KUBECTL_BIN" "$HELM4_BIN"', scripts]);
  const folders = String(tools).trim().split('\n').map(dirname);
  process.env.PATH = [...folders, process.env.PATH].join(delimiter);
}
