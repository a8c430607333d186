/** How plugins that need a Redis describe it and what they run there. */
import { createHash } from 'node:crypto';
import type { RedisScript } from './host.ts';

export function redisScript(lua: string): RedisScript {
  return { lua, sha1: createHash('sha1').update(lua).digest('hex') };
}
