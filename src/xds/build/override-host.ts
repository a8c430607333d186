/** Clusters whose endpoint a plugin may name; without its word, or when that endpoint is gone, the usual policy decides. */
import type { LoadBalancing } from '#ir/types.ts';
import { ENDPOINT_HEADER, ENDPOINT_METADATA } from '#plugin-sdk/balancing.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import { any } from './message.ts';

const POLICIES = 'envoy.extensions.load_balancing_policies.';

const USUAL: Readonly<Record<LoadBalancing['type'], readonly [name: string, type: string]>> = {
  round_robin: ['round_robin', 'round_robin.v3.RoundRobin'],
  least_request: ['least_request', 'least_request.v3.LeastRequest'],
  random: ['random', 'random.v3.Random'],
  ring_hash: ['ring_hash', 'ring_hash.v3.RingHash'],
  passthrough: ['round_robin', 'round_robin.v3.RoundRobin'],
};

export function overrideHost(usual: LoadBalancing['type']): Message {
  const { namespace, key } = ENDPOINT_METADATA;
  const [name, type] = USUAL[usual];
  return policy('override_host', 'override_host.v3.OverrideHost', {
    override_host_sources: [{ header: ENDPOINT_HEADER }, { metadata: { key: namespace, path: [{ key }] } }],
    fallback_policy: policy(name, type),
  });
}

function policy(name: string, type: string, fields: Message = {}): Message {
  const typed_config = any(POLICIES + type, fields);
  return { policies: [{ typed_extension_config: { name: `envoy.load_balancing_policies.${name}`, typed_config } }] };
}
