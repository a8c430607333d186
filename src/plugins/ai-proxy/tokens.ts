/** The tokens of a provider: which one a request carries, and, with `failover`, which of them work. */
import { API_PATHS, type ApiName } from '#ai/api.ts';
import { statusMatch } from '#ai/failover/status-match.ts';
import { type Endpoint, TokenHealth } from '#ai/failover/token-health.ts';
import { contentHash } from '#lib/hash.ts';
import type { Held } from '#lib/shared-values.ts';
import type { HostServices } from '#plugin-sdk/host.ts';
import { chooseToken } from './credentials.ts';
import type { Pipeline } from './outgoing.ts';
import { nameOf, outgoingCall } from './resend.ts';

export interface Tokens {
  choose(host: HostServices, api: ApiName | undefined, consumer: string | undefined): string | undefined;
  /** Tokens that a retry may draw: any of the first list that has one left. */
  candidates(host: HostServices): readonly (readonly string[])[];
  /** `status` 0: no answer came. */
  report(host: HostServices, token: string | undefined, status: number, endpoint: Endpoint): void;
  dispose(): void;
}

export function tokensOf(pipeline: Pipeline): Tokens {
  const { settings } = pipeline;
  if (!settings.failover?.enabled || settings.apiTokens.length === 0) {
    return {
      choose: (host, api, consumer) => chooseToken(settings.apiTokens, api, consumer, host.random),
      candidates: () => [settings.apiTokens],
      report: () => undefined,
      dispose: () => undefined,
    };
  }
  // Equal settings share one list, whatever chain they stand in; a changed setting starts afresh.
  const key = `ai-proxy.tokens.${contentHash(settings)}`;
  let held: Held<TokenHealth> | undefined;
  const health = (host: HostServices): TokenHealth => {
    held ??= host.shared.hold(
      key,
      () => healthOf(pipeline, host),
      (value) => value.stop(),
    );
    return held.value;
  };
  return {
    choose: (host) => health(host).choose(host.random()),
    candidates: (host) => [health(host).available, settings.apiTokens],
    report: (host, token, status, endpoint) => {
      if (token !== undefined) health(host).report(token, status === 0 ? NO_ANSWER : status, endpoint);
    },
    dispose: () => {
      held?.release();
      held = undefined;
    },
  };
}

/** What Envoy says when an upstream cannot be reached. */
const NO_ANSWER = 503;

function healthOf(pipeline: Pipeline, host: HostServices): TokenHealth {
  const { failover, apiTokens } = pipeline.settings;
  if (!failover) throw new Error('failover is not configured');
  const provider = nameOf(pipeline);
  return new TokenHealth(
    {
      tokens: apiTokens,
      failureThreshold: failover.failureThreshold,
      successThreshold: failover.successThreshold,
      intervalMs: failover.healthCheckInterval,
      failsOn: statusMatch(failover.failoverOnStatus),
    },
    {
      probe: (token, endpoint) => probe(pipeline, token, endpoint, host),
      onChange: (change, number) => {
        host.metrics.count('higress_ai_proxy_token_changes_total', { provider, change });
        const fields = { provider, token: `${number} of ${apiTokens.length}` };
        if (change === 'out') host.log.warn(fields, 'a token fails and is out of use until a probe succeeds');
        else host.log.info(fields, 'a token works again');
      },
      schedule: (act, delayMs) => {
        const timer = setTimeout(act, delayMs);
        timer.unref();
        return () => clearTimeout(timer);
      },
    },
  );
}

/** A short chat completion on its way through the whole translation. */
async function probe(pipeline: Pipeline, token: string, endpoint: Endpoint, host: HostServices): Promise<number> {
  const { failover } = pipeline.settings;
  const body = { model: failover?.healthCheckModel ?? '', messages: [{ role: 'user', content: 'who are you?' }] };
  const headers = [
    [':method', 'POST'],
    [':path', endpoint.path ?? API_PATHS['openai/v1/chatcompletions']],
    [':authority', endpoint.authority],
    ['content-type', 'application/json'],
  ].flat();
  const abort = new AbortController();
  const target = { cluster: endpoint.cluster, timeoutMs: failover?.healthCheckTimeout ?? 5000 };
  const services = { host, signal: abort.signal };
  const { call } = await outgoingCall(
    pipeline,
    { headers, body: Buffer.from(JSON.stringify(body)) },
    token,
    target,
    services,
  );
  return (await host.http.call(call)).status;
}
