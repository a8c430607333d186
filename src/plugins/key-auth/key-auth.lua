local find, sub, byte = string.find, string.sub, string.byte

-- Verdicts on known keys by value, for each place: callers send the same keys again and again.
local known = {}

local function verdict_of(place, value)
  local here = known[place]
  if not here then
    here = {}
    known[place] = here
  end
  local verdict = here[value]
  if not verdict then
    verdict = config[place .. sha256(value)]
    if verdict then here[value] = verdict end
  end
  return verdict
end

-- What the values seen so far tell; returns a refusal.
local function take(found, place, value)
  if value == '' then return nil end
  if found.token ~= nil and found.token ~= value then return 'multi_key' end
  if not found.owner then found.owner = verdict_of(place, value) end
  found.token = value
  return nil
end

local function key_auth(headers)
  if config.original ~= '' then
    local found = http.each_value(headers, config.original, function(value) return verdict_of('*', value) end)
    if found then return found end
  end
  local found = {}
  local sources = config.sources
  for i = 1, #sources do
    local source = sources[i]
    local refusal
    if source.header then
      local joined = headers:get(source.header)
      if joined and not find(joined, ',', 1, true) then
        refusal = take(found, i, joined)
      elseif joined then
        refusal = http.each_value(headers, source.header, function(value) return take(found, i, value) end)
      end
    else
      refusal = http.each_query_pair(headers:get(':path'), function(key, value)
        if key == source.query then return take(found, i, value) end
        return nil
      end)
    end
    if refusal then return refusal end
  end
  if found.token == nil then return 'no_key' end
  return found.owner or 'unknown_key'
end

local function check(handle)
  local headers = http.headers(handle)
  local verdict = key_auth(headers)
  local kind = byte(verdict, 1)
  -- `+`: may pass; `-`: known, but not here.
  if kind ~= 43 then return config.refusals[kind == 45 and 'not_allowed' or verdict] end
  local consumer = sub(verdict, 2)
  if consumer ~= '' then headers:replace(config.consumer, consumer) else headers:remove(config.consumer) end
  return nil
end

function envoy_on_request(handle)
  -- Envoy lets a request pass when a script fails; a guard must not.
  local worked, refusal = pcall(check, handle)
  if not worked then
    handle:logErr('key-auth: ' .. tostring(refusal))
    http.reply(handle, 500, {}, '', 'key-auth.failed')
  elseif refusal then
    http.reply(handle, refusal.status, config.headers, refusal.body, refusal.details)
  end
end
