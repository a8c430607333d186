/** Traffic beside a fault, and what it lost. */
import { expect } from '@jest/globals';
import { eventually } from './gateway.ts';

export interface Traffic {
  /** Requests that have been answered, or have failed. */
  readonly sent: number;
  /** Ends after the request under way. */
  stop(): Promise<{ readonly sent: number; readonly failures: readonly string[] }>;
}

/** One request after another until `stop`; every one that `send` gives another outcome than 200, or no answer, is a failure and said so. */
export function steadyTraffic(send: () => Promise<number | string>): Traffic {
  const failures: string[] = [];
  let sent = 0;
  let running = true;
  const loop = (async () => {
    while (running) {
      const outcome = await send().catch((error: Error) => error.message);
      sent += 1;
      if (outcome !== 200) failures.push(`request ${sent}: ${outcome}`);
    }
  })();
  return {
    get sent() {
      return sent;
    },
    stop: async () => {
      running = false;
      await loop;
      return { sent, failures };
    },
  };
}

/** Until there was enough of each to tell, however quick the fault was. */
export async function enough(...flows: readonly Traffic[]): Promise<void> {
  await eventually('requests enough to tell', () => flows.every(({ sent }) => sent > 20), 120_000);
}

export async function expectNoneLost(...flows: readonly Traffic[]): Promise<void> {
  await enough(...flows);
  const ended = await Promise.all(flows.map((flow) => flow.stop()));
  expect(ended.map(({ failures }) => failures)).toEqual(flows.map(() => []));
}
