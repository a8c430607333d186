-- ai-statistics: looks at bodies as they pass and writes what it finds into dynamic metadata. `config`, `http` and `json` come before this text.
local find, sub, byte, match = string.find, string.sub, string.byte, string.match

local LOG, FIELDS, SPAN, PRIVATE = 'higress.ai_log', 'higress.log', 'higress.span', 'higress.ai_statistics'
-- A whole answer beyond this size is not read.
local READ_LIMIT = 16777216

-- Objects of a handle die whenever the script waits for a body, so they are taken anew behind each wait.
local function metadata_of(handle)
  return handle:streamInfo():dynamicMetadata()
end

-- JSON text of a member, or nil. The last of equal members counts.
local function member(text, key)
  if not text or byte(text, 1) ~= 123 then
    if not text or byte(text, find(text, '[^ \n\r\t]') or 1) ~= 123 then return nil end
  end
  if not find(text, key, 1, true) then return nil end
  local spans = json.find(text, key)
  local n = spans and #spans or 0
  if n == 0 then return nil end
  return sub(text, spans[n - 1], spans[n])
end

-- Offset of the first `"usage…": {` in text from `from` on, and the one behind its brace; nil without one.
local function usage_at(text, from)
  local at = find(text, '"usage', from, true)
  while at do
    local _, stop = find(text, '^%w*"%s*:%s*{', at + 6)
    if stop then return at, stop + 1 end
    at = find(text, '"usage', at + 6, true)
  end
  return nil
end

-- A whole number out of members that json.pick found, under the first of two names that has one.
local function tally(counts, first, second)
  local raw, other = counts[first], second and counts[second]
  local digits = raw and match(raw, '^%d+') or other and match(other, '^%d+')
  return digits and tonumber(digits)
end

local function text_of(raw)
  if raw and byte(raw, 1) == 34 then
    local text = json.text(raw)
    if text ~= '' then return text end
  end
  return nil
end

local function object(raw)
  return raw and byte(raw, 1) == 123 and raw or nil
end

-- Numbers of a flat object; nil when there are none.
local function numbers(raw)
  if not raw then return nil end
  local found = nil
  for key, value in string.gmatch(raw, '"([%w_]+)"%s*:%s*(%-?%d[%d%.eE%+%-]*)') do
    found = found or {}
    found[key] = tonumber(value)
  end
  return found
end

local function at_path(text, path)
  local raw = text
  for i = 1, #path do
    raw = member(raw, path[i])
    if not raw then return nil end
  end
  return raw
end

local function limited(settings, value)
  local limit = settings.limit
  if type(value) ~= 'string' or #value <= limit then return value end
  local half = math.floor(limit / 2)
  return sub(value, 1, half) .. ' [truncated] ' .. sub(value, -half)
end

local function attribute(metadata, settings, one, value)
  if value == nil or value == '' then value = one.fallback end
  if value == nil or value == '' then return end
  value = limited(settings, value)
  if one.separate then metadata:set(FIELDS, one.key, value)
  elseif one.log then metadata:set(LOG, one.key, value) end
  if one.span then metadata:set(SPAN, one.span, tostring(value)) end
end

local function headers_to(metadata, settings, list, headers)
  if not list then return end
  for i = 1, #list do attribute(metadata, settings, list[i], headers:get(list[i].value)) end
end

local function bodies_to(metadata, settings, list, text)
  if not list then return end
  for i = 1, #list do
    local raw = text and at_path(text, list[i].path)
    attribute(metadata, settings, list[i], raw and (tonumber(raw) or json.text(raw)))
  end
end

-- When the request came, in milliseconds; nil for one that this script has not seen.
local function start_of(metadata)
  local own = metadata:get(PRIVATE)
  return own and own.start
end

-- Members `"role": "user"`. Quotes inside strings are escaped, so the plain text stands for a member's name or for a string that no colon follows.
local function user_messages(text)
  local count = 0
  local at = find(text, '"role"', 1, true)
  while at do
    if sub(text, at + 6, at + 12) == ':"user"' or find(text, '^%s*:%s*"user"', at + 6) then count = count + 1 end
    at = find(text, '"role"', at + 6, true)
  end
  return count
end

function envoy_on_request(handle)
  local settings = config
  local headers = http.headers(handle)
  if settings.suffixes and not http.path_ends(http.path(handle), settings.suffixes) then return end
  local metadata = http.metadata(handle)
  metadata:set(PRIVATE, 'start', tonumber(handle:timestamp()))
  http.remove(headers, 'accept-encoding')
  metadata:set(LOG, 'api', settings.api)
  if settings.spans then metadata:set(SPAN, 'gen_ai.span.kind', 'LLM') end
  for i = 1, #settings.sessions do
    local session = headers:get(settings.sessions[i])
    if session and session ~= '' then
      metadata:set(LOG, 'session_id', session)
      break
    end
  end
  if settings.fixed then
    for i = 1, #settings.fixed do attribute(metadata, settings, settings.fixed[i], settings.fixed[i].value) end
  end
  headers_to(metadata, settings, settings.request_headers, headers)
  local text = http.body(handle)
  if not text then return end
  metadata = http.metadata(handle)
  local model = text_of(member(text, 'model'))
  if settings.spans then metadata:set(SPAN, 'gen_ai.request.model', model or 'unknown') end
  if settings.usage then
    metadata:set(LOG, 'model', model or 'unknown')
    local messages = member(text, 'messages') or member(text, 'contents')
    if messages and byte(messages, 1) == 91 then
      metadata:set(LOG, 'chat_round', user_messages(messages))
    end
  end
  bodies_to(metadata, settings, settings.request_body, text)
end

local DOCUMENT = {
  id = true, model = true, usage = true, response = true, message = true, responseId = true, modelVersion = true, usageMetadata = true,
}
local INNER = { id = true, model = true, usage = true }
local USAGE = {
  prompt_tokens = true, input_tokens = true, completion_tokens = true, output_tokens = true, total_tokens = true,
  prompt_tokens_details = true, input_tokens_details = true, completion_tokens_details = true, output_tokens_details = true,
  cache_creation_input_tokens = true, cache_read_input_tokens = true,
}
local GEMINI = { promptTokenCount = true, candidatesTokenCount = true, totalTokenCount = true }
local NOTHING = {}

local function inner(raw)
  return object(raw) and json.pick(raw, INNER) or NOTHING
end

-- What one document tells of model, id and usage, written at once so that an aborted answer keeps what came.
local function learn(metadata, seen, text)
  local found = json.pick(text, DOCUMENT)
  if not found then return end
  local response = found.response and inner(found.response) or NOTHING
  local message = found.message and inner(found.message) or NOTHING
  if not seen.id then
    seen.id = text_of(found.id) or text_of(response.id) or text_of(found.responseId) or text_of(message.id)
    if seen.id then metadata:set(LOG, 'chat_id', seen.id) end
  end
  if not seen.model then
    seen.model = text_of(found.model) or text_of(response.model) or text_of(message.model) or text_of(found.modelVersion)
    if seen.model then metadata:set(LOG, 'model', seen.model) end
  end
  local usage = object(found.usage) or object(response.usage) or object(message.usage)
  local input_details, output_details
  if usage then
    local counts = json.pick(usage, USAGE) or NOTHING
    seen.input = tally(counts, 'prompt_tokens', 'input_tokens') or seen.input
    seen.output = tally(counts, 'completion_tokens', 'output_tokens') or seen.output
    seen.total = tally(counts, 'total_tokens') or seen.total
    input_details = numbers(object(counts.prompt_tokens_details) or object(counts.input_tokens_details))
    output_details = numbers(object(counts.completion_tokens_details) or object(counts.output_tokens_details))
    local made, read = tally(counts, 'cache_creation_input_tokens'), tally(counts, 'cache_read_input_tokens')
    if made or read then
      seen.cached = (made or 0) + (read or 0)
      input_details = input_details or { cache_creation_input_tokens = made, cache_read_input_tokens = read }
    end
  else
    local gemini = object(found.usageMetadata)
    if not gemini then return end
    local counts = json.pick(gemini, GEMINI) or NOTHING
    seen.input = tally(counts, 'promptTokenCount') or seen.input
    seen.output = tally(counts, 'candidatesTokenCount') or seen.output
    seen.total = tally(counts, 'totalTokenCount') or seen.total
  end
  if seen.input then metadata:set(LOG, 'input_token', seen.input) end
  if seen.output then metadata:set(LOG, 'output_token', seen.output) end
  if input_details then metadata:set(LOG, 'input_token_details', input_details) end
  if output_details then metadata:set(LOG, 'output_token_details', output_details) end
end

local function finish(metadata, settings, seen, start, now, streamed)
  metadata:set(LOG, 'response_type', streamed and 'stream' or 'normal')
  metadata:set(LOG, 'llm_service_duration', now - start)
  if not seen.input or not seen.output then return end
  local total = seen.total or seen.input + seen.output + (seen.cached or 0)
  metadata:set(LOG, 'total_token', total)
  if not settings.spans then return end
  -- As texts: Envoy writes numbers of more than six digits as powers of ten.
  metadata:set(SPAN, 'gen_ai.usage.input_tokens', tostring(seen.input))
  metadata:set(SPAN, 'gen_ai.usage.output_tokens', tostring(seen.output))
  metadata:set(SPAN, 'gen_ai.usage.total_tokens', tostring(total))
  metadata:set(SPAN, 'gen_ai.model_name', seen.model or metadata:get(LOG).model or 'unknown')
end

local function read_line(handle, settings, seen, line)
  local data = match(line, '^data:%s*({.*)$')
  if not data then return end
  if settings.usage and (not seen.model or usage_at(data, 1)) then learn(metadata_of(handle), seen, data) end
  local list = settings.stream
  if not list then return end
  for i = 1, #list do
    local one = list[i]
    if not (one.first and seen[one.key .. '*']) then
      local raw = at_path(data, one.path)
      if raw and raw ~= 'null' and raw ~= '""' then seen[one.key .. '*'] = tonumber(raw) or json.text(raw) end
    end
  end
end

-- Reads the whole lines of `bytes`, which end at `stop`: all of them for attributes of streams, else those up to the one that tells the model, and those
-- with a usage object, found without looking into the others.
local function read_lines(handle, settings, seen, bytes, stop)
  if settings.stream then
    for line in string.gmatch(sub(bytes, 1, stop), '[^\r\n]+') do read_line(handle, settings, seen, line) end
    return
  end
  if not settings.usage then return end
  local from = 1
  while not seen.model and from <= stop do
    local line_stop = find(bytes, '[\r\n]', from) or stop + 1
    if line_stop > from then read_line(handle, settings, seen, sub(bytes, from, line_stop - 1)) end
    from = line_stop + 1
  end
  local at, behind = usage_at(bytes, from)
  while at and at < stop do
    local line_from = at
    local before = byte(bytes, line_from - 1)
    while line_from > from and before ~= 10 and before ~= 13 do
      line_from = line_from - 1
      before = byte(bytes, line_from - 1)
    end
    behind = find(bytes, '[\r\n]', behind) or stop + 1
    read_line(handle, settings, seen, sub(bytes, line_from, behind - 1))
    at, behind = usage_at(bytes, behind)
  end
end

local function read_stream(handle, settings)
  local seen, pending, start = {}, '', nil
  local begun = false
  -- Attributes of streams may stand in any line; else only the first lines and those with a usage object tell anything.
  local eager = settings.stream
  for chunk in handle:bodyChunks() do
    local length = chunk:length()
    if length > 0 then
      local bytes = chunk:getBytes(0, length)
      if not begun then
        begun = true
        local metadata = metadata_of(handle)
        start = start_of(metadata)
        -- An answer of Envoy's own to a request that never came here.
        if not start then return end
        metadata:set(LOG, 'llm_first_token_duration', tonumber(handle:timestamp()) - start)
      end
      if pending ~= '' then bytes = pending .. bytes end
      -- Nearly every chunk ends with a line, which is told without a pattern.
      local last = byte(bytes, #bytes)
      if last == 10 or last == 13 then
        pending = ''
        if eager or not seen.model or find(bytes, '"usage', 1, true) then read_lines(handle, settings, seen, bytes, #bytes) end
      else
        local stop = match(bytes, '^.*()[\r\n]')
        pending = stop and sub(bytes, stop + 1) or bytes
        if stop then read_lines(handle, settings, seen, bytes, stop) end
      end
    end
  end
  if pending ~= '' then read_line(handle, settings, seen, pending) end
  local metadata = metadata_of(handle)
  start = start or start_of(metadata)
  if not start then return end
  if settings.stream then
    for i = 1, #settings.stream do attribute(metadata, settings, settings.stream[i], seen[settings.stream[i].key .. '*']) end
  end
  finish(metadata, settings, seen, start, tonumber(handle:timestamp()), true)
end

local function read_whole(handle, settings)
  local text, parts, size, seen = nil, nil, 0, {}
  for chunk in handle:bodyChunks() do
    local length = chunk:length()
    size = size + length
    if size > READ_LIMIT then
      text, parts = nil, nil
    elseif length > 0 then
      local bytes = chunk:getBytes(0, length)
      -- Most answers are one part.
      if not text then
        text = bytes
      else
        parts = parts or { text }
        parts[#parts + 1] = bytes
      end
    end
  end
  if parts then text = table.concat(parts) end
  local metadata = metadata_of(handle)
  local start = start_of(metadata)
  if not start then return end
  if text and settings.usage then learn(metadata, seen, text) end
  bodies_to(metadata, settings, settings.whole, text)
  finish(metadata, settings, seen, start, tonumber(handle:timestamp()), false)
end

local function wanted(types, kind)
  if not types then return true end
  for i = 1, #types do
    if kind and find(kind, types[i], 1, true) then return true end
  end
  return false
end

function envoy_on_response(handle)
  local settings = config
  local headers = handle:headers()
  -- Without these every request has a start, which is asked for when there is something to write.
  if settings.suffixes or settings.response_headers then
    local metadata = metadata_of(handle)
    if not start_of(metadata) then return end
    headers_to(metadata, settings, settings.response_headers, headers)
  end
  local kind = headers:get('content-type')
  if not wanted(settings.types, kind) or headers:get('content-encoding') then return end
  if kind and kind ~= 'application/json' and find(string.lower(kind), '^%s*text/event%-stream') then
    read_stream(handle, settings)
  else
    read_whole(handle, settings)
  end
end
