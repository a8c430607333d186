import { SecretText } from '#lib/secret.ts';
import { type NativePlugin, nativeConfigText } from '#plugin-sdk/native-step.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import { any, HTTP_FILTERS } from '../message.ts';
import type { FilterForm } from './filter.ts';

/** Does what the route in force says. */
const SLOT = '{"slot":true}';
const TYPE = `${HTTP_FILTERS}dynamic_modules.v3.DynamicModuleFilter`;

/** The module's file is `libhigress.so` in a folder of `ENVOY_DYNAMIC_MODULES_SEARCH_PATH`. It stays loaded: its code is used by filters of all routes. */
export const MODULE: Message = {
  name: 'higress',
  do_not_close: true,
  metrics_namespace: 'route_upstream_model_consumer_metric',
};

/** Text with secrets is what Envoy calls a secret: it hides that in dumps of its configuration. */
function source(text: string | SecretText): Message {
  const source = { inline_string: text };
  return text instanceof SecretText
    ? { '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.GenericSecret', secret: source }
    : { '@type': 'type.googleapis.com/envoy.config.core.v3.DataSource', ...source };
}

export function moduleFilter(text: string | SecretText): Message {
  return any(TYPE, { dynamic_module_config: MODULE, filter_name: 'higress', filter_config: source(text) });
}

/** Does nothing with requests; the module knows it by the name, and has Envoy add by it whatever plugins count. */
export function countersFilter(): Message {
  return any(TYPE, { dynamic_module_config: MODULE, filter_name: 'counters', filter_config: source(SLOT) });
}

export function moduleFilterPerRoute(text: string | SecretText): Message {
  return any(`${TYPE}PerRoute`, { dynamic_module_config: MODULE, filter_name: 'higress', filter_config: source(text) });
}

const pluginsOf = (config: Message) => nativeConfigText(config.plugins as readonly NativePlugin[]);

export const dynamicModule: FilterForm = {
  kind: 'dynamic_module',
  base: (config) => moduleFilter(pluginsOf(config)),
  noop: () => moduleFilter(SLOT),
  perRoute: (config) => moduleFilterPerRoute(pluginsOf(config)),
};
