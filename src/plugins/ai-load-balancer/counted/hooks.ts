/** `global_least_request` and `prefix_cache`: by what all gateways together have sent where. */
import { getPathInText } from '#lib/gjson.ts';
import { toEndpoint } from '#plugin-sdk/balancing.ts';
import type { FilterHooks, HookContext, LocalReply } from '#plugin-sdk/hooks.ts';
import { UNTIL_THE_END } from '../until-the-end.ts';
import type { CountedConfig } from './config.ts';
import { type CountState, cleanTimeKey, InFlight, seed, type Taken } from './in-flight.ts';
import { prefixKeys } from './prefix.ts';
import { TAKE_LEAST, TAKE_PREFIX } from './scripts.ts';

const FULL: LocalReply = {
  status: 429,
  body: 'Exceeded maximum request limit from ai-load-balancer.',
  details: 'ai-load-balancer.max_request_count',
};

type Context = HookContext<CountState>;

export function leastRequestHooks(config: CountedConfig): FilterHooks<CountState> {
  const inFlight = new InFlight(config);
  return {
    ...common(inFlight),
    needs: { ...UNTIL_THE_END, requestHeaders: true },
    async onRequestHeaders(context) {
      const addresses = await known(context);
      if (addresses.length === 0) return undefined;
      const { host } = context;
      const args = [
        seed(context),
        Math.floor(host.now() / 1000),
        config.cleanIntervalSeconds,
        config.maxRequestCount,
        ...addresses,
      ];
      const taken = await inFlight.take(context, TAKE_LEAST, { keys: [cleanTimeKey(context)], args }, readLeast);
      if (taken === undefined) return undefined;
      if (config.logCounts) host.log.debug(counts(context, taken), 'an endpoint was chosen by requests in flight');
      return taken.counted ? toEndpoint(taken.address) : { reply: FULL };
    },
  };
}

export function prefixHooks(config: CountedConfig): FilterHooks<CountState> {
  const inFlight = new InFlight(config);
  return {
    ...common(inFlight),
    needs: { ...UNTIL_THE_END, requestHeaders: true, requestBody: 'buffered' },
    async onRequestBody(body, context) {
      const keys = prefixKeys(getPathInText(body.toString('utf8'), 'messages'));
      if (keys === undefined) return undefined;
      const addresses = await known(context);
      if (addresses.length === 0) return undefined;
      const args = [seed(context), config.prefixTtlSeconds, ...addresses];
      const taken = await inFlight.take(context, TAKE_PREFIX, { keys, args }, readPrefix);
      return taken && toEndpoint(taken.address);
    },
  };
}

function common(
  inFlight: InFlight,
): Pick<FilterHooks<CountState>, 'newState' | 'onResponsePart' | 'onEnd' | 'dispose'> {
  return {
    newState: () => inFlight.newState(),
    onResponsePart: () => undefined,
    onEnd: ({ state }) => inFlight.end(state),
    dispose: () => inFlight.dispose(),
  };
}

async function known({ host, clusterName }: Context): Promise<readonly string[]> {
  return clusterName === '' ? [] : host.endpoints(clusterName);
}

function readLeast(answer: unknown): Taken {
  const [address, , counted, ...rest] = answer as readonly unknown[];
  return { address: String(address), counted: counted === 1, rest };
}

function readPrefix(answer: unknown): Taken {
  const [address, ...rest] = answer as readonly unknown[];
  return { address: String(address), counted: true, rest };
}

function counts({ routeName, clusterName }: Context, { address, rest }: Taken): object {
  const flat = (rest[0] ?? []) as readonly unknown[];
  const inFlight = Object.fromEntries(flat.flatMap((host, at) => (at % 2 === 0 ? [[host, Number(flat[at + 1])]] : [])));
  return { route: routeName, cluster: clusterName, endpoint: address, inFlight };
}
