// Starts and changes of one controller with its Envoy. A system: `start()` gives `{ controller, envoy, port, cluster }`, the gateway's HTTP port and the
// name that its Envoy has for the xDS connection.
import { setTimeout as wait } from 'node:timers/promises';
import { ask, cpuMs, percentile, until } from './probe.mjs';

/** What belongs to a change but not to its effect (status, removals) is part of its costs. */
const SETTLE_MS = 150;
const SAMPLED_HOSTS = 50;

/**
 * Starts controller and Envoy together; `took`: milliseconds until the sampled hosts answer. Every host must answer then; a system with `inParts` serves
 * hosts as it learns of them, and the others are waited for.
 */
export async function timedStart(system, objects, size) {
  const began = performance.now();
  const run = await system.start();
  try {
    const right =
      (n) =>
      ({ body }) =>
        body === objects.answer(n);
    for (let n = 0; n < size; n += Math.ceil(size / SAMPLED_HOSTS)) await until(run.port, objects.host(n), right(n));
    const took = performance.now() - began;
    let missing = 0;
    for (let n = 0; n < size; n += 1) {
      if (right(n)(await ask(run.port, objects.host(n)))) continue;
      if (system.inParts) await until(run.port, objects.host(n), right(n));
      else missing += 1;
    }
    if (missing > 0) throw new Error(`${missing} of ${size} hosts were not served when the sample was`);
    return { ...run, took };
  } catch (error) {
    process.stderr.write(
      `the controller said at last:\n${run.controller.log.slice(-2000)}\nits Envoy:\n${run.envoy.log.slice(-2000)}\n`,
    );
    await Promise.all([run.controller.kill(), run.envoy.stop()]);
    throw error;
  }
}

/** One kind of change, once for each of `hosts`: `write` does it, `right` tells the new answer from the old. */
async function measure({ controller, envoy, port, cluster }, objects, hosts, write, right) {
  const received = () => envoy.stat(`cluster.${cluster}.upstream_cx_rx_bytes_total`);
  const latencies = [];
  const writes = [];
  const bytes = [];
  const cpu = cpuMs(controller.pid);
  for (const n of hosts) {
    const before = await received();
    const began = performance.now();
    const done = write(n);
    const seen = until(port, objects.host(n), (answer) => right(answer, n));
    await done;
    writes.push(performance.now() - began);
    latencies.push((await seen) - began);
    await wait(SETTLE_MS);
    bytes.push((await received()) - before);
  }
  return { latencies, writes, bytes: percentile(bytes, 50), cpu: (cpuMs(controller.pid) - cpu) / hosts.length };
}

/** Creates, deletes and edits, `samples` of each. */
export async function changes(run, objects, size, samples) {
  const fresh = Array.from({ length: samples }, (_, i) => size + i);
  const spread = Array.from({ length: samples }, (_, i) => (i * 7919 + 13) % size);
  const answered = ({ body }, n) => body === objects.answer(n);
  const created = await measure(run, objects, fresh, (n) => objects.create(n), answered);
  const deleted = await measure(
    run,
    objects,
    fresh,
    (n) => objects.remove(n),
    ({ status }) => status === 404,
  );
  const edited = await measure(run, objects, spread, (n) => objects.edit(n), answered);
  return { created, deleted, edited };
}
