/** What runs in Redis in one piece, so that gateways that choose at the same moment do not choose the same endpoint. */
import { redisScript } from '#plugin-sdk/redis.ts';

/** Function `least`: the host with the fewest requests in the hash KEYS[1] and their number; `seed` decides among equals. */
const LEAST = `
local function least(hosts, seed)
  local counts = redis.call('HMGET', KEYS[1], unpack(hosts))
  local fewest, equals = nil, {}
  for i, host in ipairs(hosts) do
    local count = tonumber(counts[i] or 0) or 0
    if fewest == nil or count < fewest then fewest, equals = count, {} end
    if count == fewest then equals[#equals + 1] = host end
  end
  return equals[1 + seed % #equals], fewest
end
local function from(first)
  local list = {}
  for i = first, #ARGV do list[#list + 1] = ARGV[i] end
  return list
end
`;

/**
 * KEYS: counts, time of the last cleaning. ARGV: seed, time in s, s between cleanings, limit (0 = none), hosts.
 * Returns the host, its requests with this one, 1 when it was counted (else the limit is reached), and all counts beside their hosts.
 */
export const TAKE_LEAST = redisScript(`${LEAST}
local now, interval, limit = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local hosts = from(5)
if now - tonumber(redis.call('GET', KEYS[2]) or 0) >= interval then
  local known = {}
  for _, host in ipairs(hosts) do known[host] = true end
  for _, host in ipairs(redis.call('HKEYS', KEYS[1])) do
    if not known[host] then redis.call('HDEL', KEYS[1], host) end
  end
  redis.call('SET', KEYS[2], now)
end
local host, count = least(hosts, tonumber(ARGV[1]))
local counted = 0
if limit <= 0 or count < limit then
  redis.call('HINCRBY', KEYS[1], host, 1)
  counted = 1
end
return {host, count + 1, counted, redis.call('HGETALL', KEYS[1])}
`);

/** KEYS: counts, then one per block of the prompt. ARGV: seed, s to remember, hosts. Returns the host, and how many blocks were known. */
export const TAKE_PREFIX = redisScript(`${LEAST}
local ttl = tonumber(ARGV[2])
local hosts = from(3)
local known = {}
for _, host in ipairs(hosts) do known[host] = true end
local target = nil
local next = 2
while next <= #KEYS do
  local host = redis.call('GET', KEYS[next])
  if not host or not known[host] then break end
  redis.call('EXPIRE', KEYS[next], ttl)
  target = host
  next = next + 1
end
local matched = next - 2
if target == nil then target = least(hosts, tonumber(ARGV[1])) end
redis.call('HINCRBY', KEYS[1], target, 1)
for i = next, #KEYS do redis.call('SET', KEYS[i], target, 'EX', ttl) end
return {target, matched}
`);

/** KEYS: counts. ARGV: host, how many. A count that is gone, with its endpoint or its Redis, stays gone. */
export const GIVE_BACK = redisScript(`
local count = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or 0) or 0
if count > 0 then redis.call('HINCRBY', KEYS[1], ARGV[1], -math.min(count, tonumber(ARGV[2]))) end
return 0
`);
