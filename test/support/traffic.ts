/** Traffic beside a fault, and what it lost. */
export interface Traffic {
  /** Requests that have been answered, or have failed. */
  readonly sent: number;
  /** Ends after the request under way. */
  stop(): Promise<{ readonly sent: number; readonly failures: readonly string[] }>;
}

/** One request after another until `stop`; every one that `send` gives another status than 200, or no answer, is a failure. */
export function steadyTraffic(send: () => Promise<number>): Traffic {
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
