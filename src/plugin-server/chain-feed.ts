/** Brings chains from the control plane into the store, and endpoints of upstreams into the directory. */
import type { ChainMessage, UpstreamMessage } from '#xds/snapshot/resources.ts';
import type { ChainStore } from './chain-store.ts';
import type { EndpointDirectory } from './host/endpoints.ts';

/** One update: JSON bytes by chain id. */
export interface ChainUpdate {
  readonly upsert: ReadonlyMap<string, Uint8Array>;
  readonly removed: readonly string[];
}

/**
 * Takes over an update. Good chains are taken even when others are bad; a bad one throws at the end, which the feed answers with a NACK, so that
 * the control plane keeps the routes that name it from going out.
 */
export function applyChains(store: ChainStore, update: ChainUpdate): void {
  const reasons: string[] = [];
  for (const [id, bytes] of update.upsert) {
    try {
      store.add(id, parse(id, bytes));
    } catch (error) {
      reasons.push(`${id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  for (const id of update.removed) store.remove(id);
  if (reasons.length > 0) throw new Error(reasons.join('; '));
}

/** Takes over endpoints; like `applyChains` with what is bad. */
export function applyUpstreams(directory: EndpointDirectory, update: ChainUpdate): void {
  const reasons: string[] = [];
  for (const [name, bytes] of update.upsert) {
    const message = JSON.parse(Buffer.from(bytes).toString('utf8')) as Partial<UpstreamMessage> | null;
    if (message?.name === name && Array.isArray(message.endpoints)) directory.set(message as UpstreamMessage);
    else reasons.push(`${name}: not an upstream with a list "endpoints"`);
  }
  for (const name of update.removed) directory.remove(name);
  if (reasons.length > 0) throw new Error(reasons.join('; '));
}

function parse(id: string, bytes: Uint8Array): ChainMessage {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw new Error('the chain is not JSON');
  }
  const message = value as Partial<ChainMessage> | null;
  if (message === null || typeof message !== 'object' || !Array.isArray(message.plugins)) {
    throw new Error('the chain has no list "plugins"');
  }
  if (message.id !== id) throw new Error(`the chain calls itself ${JSON.stringify(message.id)}`);
  return message as ChainMessage;
}
