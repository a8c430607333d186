local function read(headers, name)
  local values = {}
  for i = 0, headers:getNumValues(name) - 1 do values[i + 1] = headers:getAtIndex(name, i) end
  return values
end

-- Pseudo headers are never taken away and hold one value. Returns whether anything differs from before.
local function write(headers, name, before, values)
  if string.byte(name, 1) == 58 then
    local value = values[#values]
    if value == nil or value == before[1] then return false end
    headers:replace(name, value)
    return true
  end
  local same = #before == #values
  for i = 1, #values do same = same and before[i] == values[i] end
  if same then return false end
  headers:remove(name)
  -- Beyond two values one line, as the plugin server writes it.
  if #values > 2 then
    headers:add(name, table.concat(values, ','))
  else
    for i = 1, #values do headers:add(name, values[i]) end
  end
  return true
end

local OPERATIONS = {}

function OPERATIONS.remove(headers, key)
  return write(headers, key, read(headers, key), {})
end

function OPERATIONS.rename(headers, key, to)
  local values = read(headers, key)
  if #values == 0 or key == to then return false end
  write(headers, key, values, {})
  write(headers, to, read(headers, to), values)
  return true
end

function OPERATIONS.replace(headers, key, value)
  local before = read(headers, key)
  return #before > 0 and write(headers, key, before, { value })
end

function OPERATIONS.add(headers, key, value)
  local before = read(headers, key)
  return #before == 0 and write(headers, key, before, { value })
end

function OPERATIONS.append(headers, key, value)
  local before = read(headers, key)
  local after = read(headers, key)
  after[#after + 1] = value
  return write(headers, key, before, after)
end

function OPERATIONS.map(headers, key, from)
  local values = read(headers, from)
  return #values > 0 and write(headers, key, read(headers, key), values)
end

function OPERATIONS.RETAIN_FIRST(headers, key)
  local before = read(headers, key)
  return write(headers, key, before, { before[1] })
end

function OPERATIONS.RETAIN_LAST(headers, key)
  local before = read(headers, key)
  return write(headers, key, before, { before[#before] })
end

function OPERATIONS.RETAIN_UNIQUE(headers, key)
  local before, seen, after = read(headers, key), {}, {}
  for i = 1, #before do
    if not seen[before[i]] then
      seen[before[i]] = true
      after[#after + 1] = before[i]
    end
  end
  return write(headers, key, before, after)
end

local function run(handle, words)
  local headers, changed = handle:headers(), false
  for i = 1, #words, 3 do
    changed = OPERATIONS[words[i]](headers, words[i + 1], words[i + 2]) or changed
  end
  return changed
end

function envoy_on_request(handle)
  local changed = run(handle, config.request)
  http.forget()
  if changed and config.reroute then handle:clearRouteCache() end
end

function envoy_on_response(handle)
  run(handle, config.response)
end
