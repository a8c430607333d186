local function key_auth(handle)
  local headers = handle:headers()
  if config.original ~= '' then
    local found = http.each_value(headers, config.original, function(value) return config['*' .. sha256(value)] end)
    if found then return found end
  end
  local token, owner
  local sources = config.sources
  for i = 1, #sources do
    local source = sources[i]
    local function visit(value)
      if value == '' then return nil end
      if token ~= nil and token ~= value then return 'multi_key' end
      if owner == nil then owner = config[i .. sha256(value)] end
      token = value
      return nil
    end
    local refusal
    if source.header then
      refusal = http.each_value(headers, source.header, visit)
    else
      refusal = http.each_query_pair(headers:get(':path'), function(key, value)
        if key == source.query then return visit(value) end
        return nil
      end)
    end
    if refusal then return refusal end
  end
  if token == nil then return 'no_key' end
  return owner or 'unknown_key'
end

local function check(handle)
  local verdict = key_auth(handle)
  local kind, consumer = string.sub(verdict, 1, 1), string.sub(verdict, 2)
  if kind ~= '+' then return config.refusals[kind == '-' and 'not_allowed' or verdict] end
  local headers = handle:headers()
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
