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

-- The members before the first one that holds an object, an array or an escape: the usual place of id and model. Exact as far as it goes.
local function head_of(text)
  local head = {}
  local at = match(text, '^%s*{%s*()')
  while at do
    local key, raw, stop = match(text, '^"([^"\\]*)"%s*:%s*("[^"\\]*")%s*,%s*()', at)
    if not key then key, raw, stop = match(text, '^"([^"\\]*)"%s*:%s*([%w%.%+%-]+)%s*,%s*()', at) end
    if not key then break end
    head[key] = raw
    at = stop
  end
  return head
end

-- The object of the last `usage` when only plain members follow it up to the end of the text: then it is a member of the outermost object.
local function tail_usage(text)
  -- Anchored: a pattern that may begin anywhere would try `.*` from every byte of a text without such an object.
  local raw, at = match(text, '^.*[{,]%s*"usage"%s*:%s*(%b{})%s*()')
  while at do
    local stop = match(text, '^,%s*"[^"\\]*"%s*:%s*"[^"\\]*"%s*()', at) or match(text, '^,%s*"[^"\\]*"%s*:%s*[%w%.%+%-]+%s*()', at)
    if not stop then break end
    at = stop
  end
  if at and find(text, '^}%s*$', at) then return raw end
  return nil
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

-- A count inside a usage object, whose nested objects use other names.
local function tally(usage, first, second)
  local text = match(usage, '"' .. first .. '"%s*:%s*(%d+)') or second and match(usage, '"' .. second .. '"%s*:%s*(%d+)')
  return text and tonumber(text)
end

local function text_of(raw)
  if raw and byte(raw, 1) == 34 then
    local text = json.text(raw)
    if text ~= '' then return text end
  end
  return nil
end

local function object(text, ...)
  for i = 1, select('#', ...) do
    local raw = member(text, (select(i, ...)))
    if raw and byte(raw, 1) == 123 then return raw end
  end
  return nil
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
  if one.span then metadata:set(SPAN, one.span, value) end
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

-- Members `"role": "user"`. Quotes inside strings are escaped, so the plain text stands for a member's name or for a string that no colon follows.
local function user_messages(text)
  local count = 0
  local at = find(text, '"role"', 1, true)
  while at do
    if find(text, '^%s*:%s*"user"', at + 6) then count = count + 1 end
    at = find(text, '"role"', at + 6, true)
  end
  return count
end

function envoy_on_request(handle)
  local settings = config
  local headers = handle:headers()
  if settings.suffixes and not http.path_ends(headers:get(':path'), settings.suffixes) then return end
  local metadata = metadata_of(handle)
  metadata:set(PRIVATE, 'start', tonumber(handle:timestamp()))
  headers:remove('accept-encoding')
  metadata:set(LOG, 'api', settings.api)
  metadata:set(SPAN, 'gen_ai.span.kind', 'LLM')
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
  metadata = metadata_of(handle)
  local head = head_of(text)
  local model = text_of(head.model or member(text, 'model'))
  metadata:set(SPAN, 'gen_ai.request.model', model or 'unknown')
  if settings.usage then
    metadata:set(LOG, 'model', model or 'unknown')
    local messages = member(text, 'messages') or member(text, 'contents')
    if messages and byte(messages, 1) == 91 then
      metadata:set(LOG, 'chat_round', user_messages(messages))
    end
  end
  bodies_to(metadata, settings, settings.request_body, text)
end

-- What one document tells of model, id and usage, written at once so that an aborted answer keeps what came.
local function learn(metadata, seen, text)
  local response, message
  if not seen.id or not seen.model then
    local head = head_of(text)
    if not seen.id then
      seen.id = text_of(head.id or member(text, 'id'))
      if not seen.id then
        response, message = object(text, 'response'), object(text, 'message')
        seen.id = text_of(member(response, 'id')) or text_of(member(text, 'responseId')) or text_of(member(message, 'id'))
      end
      if seen.id then metadata:set(LOG, 'chat_id', seen.id) end
    end
    if not seen.model then
      seen.model = text_of(head.model or member(text, 'model'))
      if not seen.model then
        response, message = response or object(text, 'response'), message or object(text, 'message')
        seen.model = text_of(member(response, 'model')) or text_of(member(message, 'model')) or text_of(member(text, 'modelVersion'))
      end
      if seen.model then metadata:set(LOG, 'model', seen.model) end
    end
  end
  if not usage_at(text, 1) then return end
  local usage = tail_usage(text) or object(text, 'usage') or object(object(text, 'response'), 'usage') or object(object(text, 'message'), 'usage')
  local input_details, output_details
  if usage then
    seen.input = tally(usage, 'prompt_tokens', 'input_tokens') or seen.input
    seen.output = tally(usage, 'completion_tokens', 'output_tokens') or seen.output
    seen.total = tally(usage, 'total_tokens') or seen.total
    if find(usage, '_details"', 1, true) then
      input_details = numbers(object(usage, 'prompt_tokens_details', 'input_tokens_details'))
      output_details = numbers(object(usage, 'completion_tokens_details', 'output_tokens_details'))
    end
    if find(usage, '"cache_', 1, true) then
      local made, read = tally(usage, 'cache_creation_input_tokens'), tally(usage, 'cache_read_input_tokens')
      if made or read then
        seen.cached = (made or 0) + (read or 0)
        input_details = input_details or { cache_creation_input_tokens = made, cache_read_input_tokens = read }
      end
    end
  else
    local gemini = object(text, 'usageMetadata')
    if not gemini then return end
    seen.input = tally(gemini, 'promptTokenCount') or seen.input
    seen.output = tally(gemini, 'candidatesTokenCount') or seen.output
    seen.total = tally(gemini, 'totalTokenCount') or seen.total
  end
  if seen.input then metadata:set(LOG, 'input_token', seen.input) end
  if seen.output then metadata:set(LOG, 'output_token', seen.output) end
  if input_details then metadata:set(LOG, 'input_token_details', input_details) end
  if output_details then metadata:set(LOG, 'output_token_details', output_details) end
end

local function finish(metadata, seen, start, now, streamed)
  metadata:set(LOG, 'response_type', streamed and 'stream' or 'normal')
  metadata:set(LOG, 'llm_service_duration', now - start)
  if not seen.input or not seen.output then return end
  local total = seen.total or seen.input + seen.output + (seen.cached or 0)
  metadata:set(LOG, 'total_token', total)
  metadata:set(SPAN, 'gen_ai.usage.input_tokens', seen.input)
  metadata:set(SPAN, 'gen_ai.usage.output_tokens', seen.output)
  metadata:set(SPAN, 'gen_ai.usage.total_tokens', total)
  if seen.model then metadata:set(SPAN, 'gen_ai.model_name', seen.model) end
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

local function read_stream(handle, settings, start)
  local seen, pending = {}, ''
  local begun = false
  for chunk in handle:bodyChunks() do
    local length = chunk:length()
    if length > 0 then
      local bytes = chunk:getBytes(0, length)
      if not begun then
        begun = true
        metadata_of(handle):set(LOG, 'llm_first_token_duration', tonumber(handle:timestamp()) - start)
      end
      if pending ~= '' then bytes = pending .. bytes end
      -- Nearly every chunk ends with a line, which is told without a pattern.
      local last = byte(bytes, #bytes)
      local stop = (last == 10 or last == 13) and #bytes or match(bytes, '^.*()[\r\n]')
      if not stop then
        pending = bytes
      else
        pending = sub(bytes, stop + 1)
        read_lines(handle, settings, seen, bytes, stop)
      end
    end
  end
  if pending ~= '' then read_line(handle, settings, seen, pending) end
  local metadata = metadata_of(handle)
  if settings.stream then
    for i = 1, #settings.stream do attribute(metadata, settings, settings.stream[i], seen[settings.stream[i].key .. '*']) end
  end
  finish(metadata, seen, start, tonumber(handle:timestamp()), true)
end

local function read_whole(handle, settings, start)
  local parts, size, seen = {}, 0, {}
  for chunk in handle:bodyChunks() do
    local length = chunk:length()
    size = size + length
    if size > READ_LIMIT then parts = {}
    elseif length > 0 then parts[#parts + 1] = chunk:getBytes(0, length) end
  end
  local text = size <= READ_LIMIT and table.concat(parts) or nil
  if text == '' then text = nil end
  local metadata = metadata_of(handle)
  if text and settings.usage then learn(metadata, seen, text) end
  bodies_to(metadata, settings, settings.whole, text)
  finish(metadata, seen, start, tonumber(handle:timestamp()), false)
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
  local metadata = metadata_of(handle)
  local own = metadata:get(PRIVATE)
  if not own then return end
  local headers = handle:headers()
  headers_to(metadata, settings, settings.response_headers, headers)
  local kind = headers:get('content-type')
  if not wanted(settings.types, kind) or headers:get('content-encoding') then return end
  if kind and find(string.lower(kind), '^%s*text/event%-stream') then
    read_stream(handle, settings, own.start)
  else
    read_whole(handle, settings, own.start)
  end
end
