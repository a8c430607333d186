// What is seen from outside: answers of a gateway, and what a process has used.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

const POLL_MS = 1;
const CLOCK_TICK_MS = 10;

export const agent = new Agent({ keepAlive: true, maxSockets: 8 });

/** Status and body, or 0 where nobody listens. */
export function ask(port, host) {
  return new Promise((resolve) => {
    const nobody = () => resolve({ status: 0, body: '' });
    const call = request({ host: '127.0.0.1', port, agent, headers: { host } }, (response) => {
      let body = '';
      response.on('data', (data) => {
        body += data;
      });
      response.on('end', () => resolve({ status: response.statusCode, body }));
      response.on('error', nobody);
    });
    call.on('error', nobody);
    call.end();
  });
}

/** Asks every millisecond until the answer is right; resolves with the time of that answer. */
export async function until(port, host, right, timeoutMs = 60_000) {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const asked = performance.now();
    const answer = await ask(port, host);
    if (right(answer)) return performance.now();
    if (asked > deadline)
      throw new Error(`${host} does not answer as it should, but ${answer.status} ${JSON.stringify(answer.body)}`);
    const rest = POLL_MS - (performance.now() - asked);
    if (rest > 0) await wait(rest);
  }
}

/** User and system time of a process. */
export function cpuMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * CLOCK_TICK_MS;
}

export function rssMiB(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

export function percentile(list, p) {
  return [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor((list.length * p) / 100))];
}
