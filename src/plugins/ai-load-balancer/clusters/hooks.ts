/** `cluster_metrics`: the service of a request is chosen by how the services have done; the route that leads there is found by the header. */
import { canonicalJson } from '#lib/hash.ts';
import type { Held } from '#lib/shared-values.ts';
import type { FilterHooks } from '#plugin-sdk/hooks.ts';
import type { HostServices } from '#plugin-sdk/host.ts';
import { UNTIL_THE_END } from '../until-the-end.ts';
import type { ClusterConfig } from './config.ts';
import { type Latency, Standings } from './standings.ts';

interface State {
  service: string;
  standings: Held<Standings> | undefined;
  startedMs: number;
  /** Undefined until there is an answer. */
  status: number | undefined;
  firstToken: boolean;
}

export function clusterHooks(config: ClusterConfig): FilterHooks<State> {
  let own: Held<Standings> | undefined;
  const hold = (host: HostServices) =>
    host.shared.hold(
      `ai-load-balancer.clusters.${canonicalJson(config)}`,
      () => new Standings(config),
      () => undefined,
    );
  const record = (state: State, kind: Latency, host: HostServices): void => {
    state.standings?.value.record(kind, state.service, host.now() - state.startedMs, state.status !== 200);
  };
  const recordFirst = (state: State, host: HostServices): void => {
    if (state.firstToken) return;
    state.firstToken = true;
    record(state, 'firstToken', host);
  };

  return {
    needs: { ...UNTIL_THE_END, requestHeaders: true },
    newState: () => ({ service: '', standings: undefined, startedMs: 0, status: undefined, firstToken: false }),
    onRequestHeaders({ state, host }) {
      // Between requests it is the chain that keeps what is known, during one the request does: the chain may change meanwhile.
      own ??= hold(host);
      state.standings = hold(host);
      state.startedMs = host.now();
      state.service = state.standings.value.take(host.random);
      return { headers: { set: { [config.header]: state.service } }, reroute: true };
    },
    onResponseHeaders({ state, response }) {
      state.status = response?.status;
      return undefined;
    },
    onResponsePart(part, _end, { state, host }) {
      if (part.length > 0) recordFirst(state, host);
      return undefined;
    },
    onEnd({ state, host }) {
      const { standings, status } = state;
      if (standings === undefined) return;
      standings.value.giveBack(state.service);
      // Without an answer it was the client who went away: that says nothing of the service.
      if (status !== undefined) {
        recordFirst(state, host);
        record(state, 'total', host);
      }
      standings.release();
      state.standings = undefined;
    },
    dispose: () => own?.release(),
  };
}
