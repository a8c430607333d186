/** Access by client address. The address is Envoy's trusted one: the peer, or what trusted proxies say of it. */
import { isIP } from 'node:net';
import type { IpAccessPolicy } from '#ir/types.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import { any, HTTP_FILTERS } from '../message.ts';
import type { FilterForm } from './filter.ts';

const TYPE = `${HTTP_FILTERS}rbac.v3.RBAC`;

export const rbac: FilterForm = {
  kind: 'rbac',
  base: (config) => any(TYPE, config),
  noop: () => any(TYPE),
  perRoute: (config) => any(`${TYPE}PerRoute`, { rbac: config }),
};

/** `allow` lets only these through, `deny` keeps these out also when `allow` has them; everyone else gets 403. */
export function ipAccess(policy: IpAccessPolicy): { readonly config: Message; readonly invalid: readonly string[] } {
  const invalid: string[] = [];
  const allow = policy.allow && principals(policy.allow, invalid);
  const deny = policy.deny && principals(policy.deny, invalid);
  if (allow === undefined) {
    return { config: rules('DENY', deny ?? []), invalid };
  }
  const inside = anyOf(allow);
  const principal =
    deny === undefined || deny.length === 0
      ? inside
      : inside && { and_ids: { ids: [inside, { not_id: anyOf(deny) }] } };
  return { config: rules('ALLOW', principal === undefined ? [] : [principal]), invalid };
}

/** No principal at all: ALLOW then lets nobody in, DENY keeps nobody out. */
function rules(action: 'ALLOW' | 'DENY', ids: readonly Message[]): Message {
  const policies = ids.length === 0 ? {} : { addresses: { permissions: [{ any: true }], principals: ids } };
  return { rules: { action, policies } };
}

function anyOf(ids: readonly Message[]): Message | undefined {
  return ids.length === 0 ? undefined : { or_ids: { ids } };
}

function principals(entries: readonly string[], invalid: string[]): Message[] {
  const out: Message[] = [];
  for (const entry of entries) {
    if (entry === '*') {
      out.push({ any: true });
      continue;
    }
    const cidr = parseCidr(entry);
    if (cidr === undefined) invalid.push(entry);
    else out.push({ remote_ip: cidr });
  }
  return out;
}

function parseCidr(text: string): Message | undefined {
  const [address = '', length, ...rest] = text.trim().split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return undefined;
  const bits = family === 4 ? 32 : 128;
  if (length === undefined) return { address_prefix: address, prefix_len: bits };
  if (!/^\d{1,3}$/.test(length) || Number(length) > bits) return undefined;
  return { address_prefix: address, prefix_len: Number(length) };
}
