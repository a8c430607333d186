-- ai-proxy for vendors that speak OpenAI's language: path, host, credentials, model name. `config`, `http` and `json` come before this text.
local find, sub, gsub, byte = string.find, string.sub, string.gsub, string.byte

local function detect(apis, path)
  for i = 1, #apis do
    local api = apis[i]
    local match = api.match
    if api.kind == 'suffix' then
      if sub(path, -#match) == match then return api, nil end
    elseif api.kind == 'pattern' then
      local values = { string.match(path, match) }
      if values[1] then return api, values end
    elseif find(path, match, 1, true) then
      return api, nil
    end
  end
  return nil, nil
end

local function with_prefix(path, prefix)
  if path == prefix or sub(path, 1, #prefix + 1) == prefix .. '/' then return path end
  return prefix .. path
end

-- FNV-1a of 32 bits; the product is split so that it stays exact in a double.
local function fnv1a(text)
  local hash = 0x811c9dc5
  for i = 1, #text do
    hash = bit.bxor(hash, byte(text, i)) % 4294967296
    hash = ((hash % 256) * 16777216 + hash * 403) % 4294967296
  end
  return hash
end

local function authorize(settings, headers, api)
  local values = settings.auth_values
  if values then
    local index = 1
    if #values > 1 then
      local consumer = api and api.stateful and headers:get('x-mse-consumer')
      index = consumer and consumer ~= '' and fnv1a(consumer) % #values + 1 or math.random(#values)
    end
    headers:replace(settings.auth_header, values[index])
    return
  end
  local names = settings.caller_key
  if not names then return end
  for i = 1, #names do
    local key = headers:get(names[i])
    if key then key = gsub(key, '^[bB][eE][aA][rR][eE][rR]%s+', '') end
    if key and key ~= '' then
      headers:replace('authorization', 'Bearer ' .. key)
      return
    end
  end
end

local function mapped_model(settings, model)
  local target = settings.exact and settings.exact[model]
  if target == nil and settings.prefixes then
    for i = 1, #settings.prefixes do
      local rule = settings.prefixes[i]
      if sub(model, 1, #rule.prefix) == rule.prefix then
        target = rule.target
        break
      end
    end
  end
  if target == nil then target = settings.rest end
  if target == nil or target == '' then return model end
  return target
end

-- The last of equal members counts, as for every JSON reader.
local function last_raw(text, spans)
  local n = #spans
  if n == 0 then return nil end
  return sub(text, spans[n - 1], spans[n])
end

local function with_usage(text)
  local spans, place, comma = json.find(text, 'stream_options')
  local raw = last_raw(text, spans)
  local inner = '{"include_usage":true}'
  if raw and byte(raw, 1) == 123 then
    local own, inner_place, inner_comma = json.find(raw, 'include_usage')
    if own and #own > 0 then return text end
    if own then inner = json.put(raw, own, inner_place, inner_comma, 'include_usage', 'true') end
  end
  return json.put(text, spans, place, comma, 'stream_options', inner)
end

local function without_developer(text)
  if not find(text, '"developer"', 1, true) then return text end
  local spans = json.find(text, 'messages')
  if not spans or #spans ~= 2 then return text end
  local messages = gsub(sub(text, spans[1], spans[2]), '([{,]%s*"role"%s*:%s*)"developer"', '%1"system"')
  return sub(text, 1, spans[1] - 1) .. messages .. sub(text, spans[2] + 1)
end

-- A form's field `model` is mapped as the member of a JSON body is.
local function edit_form(settings, kind, handle, text, buffer)
  local from, to, is_whole = multipart.find(text, kind, 'model')
  if not is_whole then return end
  local model = from and sub(text, from, to) or ''
  local target = mapped_model(settings, model)
  if target == '' or target == model then return end
  local edited = from and sub(text, 1, from - 1) .. target .. sub(text, to + 1)
    or multipart.with_field(text, kind, 'model', target)
  if edited then http.set_body(handle, buffer, edited) end
end

local function edit_body(settings, api, handle, form_type)
  local text, buffer = http.body(handle)
  if not text then return end
  if api.refused then
    http.reply(handle, 500, { ['content-type'] = 'text/plain' }, api.refused, 'ai-proxy.proc_req_body_failed')
    return
  end
  if not api.edited then return end
  if form_type then return edit_form(settings, form_type, handle, text, buffer) end
  local spans, place, comma = json.find(text, 'model')
  if not spans then return end
  local edited = text
  local raw = last_raw(text, spans)
  local model = raw and byte(raw, 1) == 34 and json.text(raw) or ''
  local target = mapped_model(settings, model)
  if target ~= '' and target ~= model then
    edited = json.put(text, spans, place, comma, 'model', json.quote(target))
  end
  if api.chat then
    if find(edited, '"stream"', 1, true) then
      local stream = json.find(edited, 'stream')
      if stream and last_raw(edited, stream) == 'true' then
        edited = with_usage(edited)
        -- Waiting for the body ends the life of header objects taken before.
        local headers = http.headers(handle)
        headers:replace('accept', 'text/event-stream')
        if settings.first_byte_timeout then
          for i = 1, #settings.first_byte_headers do
            headers:replace(settings.first_byte_headers[i], settings.first_byte_timeout)
          end
        end
      end
    end
    edited = without_developer(edited)
  end
  if edited ~= text then http.set_body(handle, buffer, edited) end
end

-- What a path is asked for and where it leads: {api, path}.
local function target_of(settings, asked)
  local mark = find(asked, '?', 1, true)
  local path = mark and sub(asked, 1, mark - 1) or asked
  local strip = settings.strip
  if strip and sub(path, 1, #strip) == strip then
    path = sub(path, #strip + 1)
    if byte(path, 1) ~= 47 then path = '/' .. path end
  end
  local api, values = nil, nil
  if settings.apis then api, values = detect(settings.apis, path) end
  if settings.fixed then
    path = settings.fixed
  elseif api and api.to then
    path = api.to
    if values then
      path = gsub(path, '{(%d+)}', function(index) return values[tonumber(index)] end)
    end
  end
  if settings.prefix then
    for i = 1, #settings.prefix do path = with_prefix(path, settings.prefix[i]) end
  end
  if mark and mark < #asked then
    path = path .. (find(path, '?', 1, true) and '&' or '?') .. sub(asked, mark + 1)
  end
  return { api = api, path = path }
end

-- Callers ask for the same few paths again and again; long ones are not worth the room.
local targets, count = {}, 0

local function remembered_target(settings, asked)
  local target = targets[asked]
  if target then return target end
  target = target_of(settings, asked)
  if #asked > 256 then return target end
  if count >= 256 then targets, count = {}, 0 end
  targets[asked] = target
  count = count + 1
  return target
end

local function is_json(kind)
  return kind == '' or kind == 'application/json' or find(string.lower(kind), '^%s*application/[%w%.%-%+]*json')
end

function envoy_on_request(handle)
  local settings = config
  local headers = http.headers(handle)
  local asked = http.path(handle)
  local target = remembered_target(settings, asked)
  local api, path = target.api, target.path
  if api and api.front then
    http.reply(handle, 501, { ['content-type'] = 'application/json' }, api.front, 'ai-proxy.front_not_lowered')
    return
  end
  if path ~= asked then
    headers:replace('x-envoy-original-path', asked)
    http.set_path(handle, path)
  end
  local host = settings.host
  if host then
    local authority = headers:get(':authority')
    if authority ~= host then
      headers:replace('x-envoy-original-host', authority or '')
      headers:replace(':authority', host)
    end
  end
  authorize(settings, headers, api)
  for i = 1, #settings.remove do http.remove(headers, settings.remove[i]) end
  if settings.set then
    for i = 1, #settings.set do
      local one = settings.set[i]
      if not (one.unless_present and headers:get(one.name)) then headers:replace(one.name, one.value) end
    end
  end
  if not api then return end
  local kind = http.content_type(handle)
  if is_json(kind) then
    edit_body(settings, api, handle)
  elseif api.form and find(string.lower(kind), '^%s*multipart/form%-data') then
    edit_body(settings, api, handle, kind)
  end
end
