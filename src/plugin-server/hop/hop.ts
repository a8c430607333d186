/** Keeps a connection to each worker of an Envoy that runs the module (`src/native/hop`), beside the gRPC server for those that do not. */
import type { PluginLog } from '#plugin-sdk/host.ts';
import type { Exchanges } from '../ext-proc/exchanges.ts';
import { Carrier } from './carrier.ts';

const SOON_MS = 25;
const LATER_MS = 1_000;
/** How often to look whether the last exchange is over. */
const LOOK_MS = 25;

export interface Hop {
  /** Workers that are connected, and all that Envoy has; 0 as long as nobody knows. */
  workers(): { readonly connected: number; readonly of: number };
  /** Begins nothing more, lets what has begun end for `drainMs`, then cuts it. */
  stop(drainMs: number): Promise<void>;
}

export function startHop({
  socket,
  exchanges,
  log,
}: {
  readonly socket: string;
  readonly exchanges: Exchanges;
  readonly log: PluginLog;
}): Hop {
  const carriers = new Set<Carrier>();
  let timer: NodeJS.Timeout | undefined;
  let waitMs = SOON_MS;
  let stopping = false;
  const covered = () => new Set([...carriers].flatMap(({ worker }) => worker?.index ?? []));

  const open = (): void => {
    timer = undefined;
    if (stopping) return;
    const carrier = new Carrier(socket, exchanges, log, {
      onWorker: ({ count }) => {
        waitMs = SOON_MS;
        if (covered().size < count) open();
      },
      onClosed: () => {
        carriers.delete(carrier);
        if (stopping || timer !== undefined) return;
        timer = setTimeout(open, waitMs);
        waitMs = Math.min(waitMs * 2, LATER_MS);
      },
    });
    carriers.add(carrier);
  };
  open();

  return {
    workers: () => ({ connected: covered().size, of: [...carriers].find(({ worker }) => worker)?.worker?.count ?? 0 }),
    stop: async (drainMs) => {
      stopping = true;
      clearTimeout(timer);
      for (const carrier of carriers) if (carrier.worker !== undefined) carrier.drain();
      const end = Date.now() + drainMs;
      while (Date.now() < end && [...carriers].some(({ busy }) => busy)) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
      for (const carrier of carriers) carrier.close();
    },
  };
}
