/** Envoy resources as they may be shown. Their secrets are `SecretText`, which redacts itself; plugin chains carry configurations as people wrote them. */
import type { PluginCatalogue } from '#plugin-sdk/definition.ts';
import { redactConfig } from '#plugin-sdk/redact.ts';
import type { ChainMessage, Resource } from '#xds/snapshot/resources.ts';

export function shownMessage(resource: Resource, catalogue: PluginCatalogue): unknown {
  if (resource.type !== 'chain') return resource.message;
  const chain = resource.message as ChainMessage;
  return {
    ...chain,
    plugins: chain.plugins.map((one) => ({ ...one, config: redactConfig(one.config, catalogue.get(one.plugin)) })),
  };
}
