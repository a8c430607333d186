/**
 * Scoped routes: what makes Envoy pick a host's route table. The listener puts `LISTENER/KEY` into a header that nobody outside can set; for
 * every possible value of it there is a scope, since Envoy answers 404 where there is none.
 */
import type { Message, Resource } from '#xds/snapshot/resources.ts';
import { setHeader } from '../header-control.ts';
import { ADS } from '../message.ts';
import { HEADER_SHARD } from '../options.ts';
import { KEY_EXPRESSION } from './host-key.ts';

/** What Envoy writes where a request has no host to compute a key of. */
const NO_KEY: readonly string[] = ['', '-'];

/** The listener's part instead of `rds`. All listeners share one subscription, so the keys of a scope begin with the listener. */
export function scopedRoutes(listener: string): Message {
  return {
    name: listener,
    scope_key_builder: { fragments: [{ header_value_extractor: { name: HEADER_SHARD, index: 0 } }] },
    rds_config_source: ADS,
    scoped_rds: { scoped_rds_config_source: ADS },
  };
}

/** Early header mutation that computes the scope key; what a client sent under that name is gone before. */
export function shardHeader(listener: string): Message {
  return { append: setHeader(HEADER_SHARD, `${listener}/%CEL(${KEY_EXPRESSION})%`) };
}

/**
 * The scopes of a listener. Besides those of the keys each table has an anchor, a scope that no request can have: Envoy holds a table from then
 * on, so that a key can move to it without a moment in which it leads nowhere.
 */
export function scopes(listener: string, shardOfKey: readonly string[], known: Known): Resource[] {
  const out = shardOfKey.map((shard, key) => scope(`${listener}/${key}`, shard, known));
  for (const key of NO_KEY) out.push(scope(`${listener}/${key}`, shardOfKey[0]!, known));
  for (const shard of new Set(shardOfKey)) out.push(scope(`anchor:${shard}`, shard, known));
  return out;
}

/** Scopes of the build before, by name. */
type Known = ReadonlyMap<string, Resource> | undefined;

function scope(key: string, shard: string, known: Known): Resource {
  const before = known?.get(key);
  if (before?.message.route_configuration_name === shard) return before;
  const message = { name: key, route_configuration_name: shard, key: { fragments: [{ string_key: key }] } };
  // Made of no object: nothing in a manifest can make a scope wrong.
  return { type: 'scope', name: key, message, origins: [] };
}
