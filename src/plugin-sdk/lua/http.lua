-- What scripts share for requests: header values, paths, queries, bodies, answers. `shared_body` is there when several scripts are one (runner.lua).
local http = {}
do
  local find, gsub, char, sub = string.find, string.gsub, string.char, string.sub

  -- Calls visit(value) for each value of a header; stops and returns what it returns when that is not nil.
  function http.each_value(headers, name, visit)
    local joined = headers:get(name)
    if joined == nil then return nil end
    if not find(joined, ',', 1, true) then return visit(joined) end
    for i = 0, headers:getNumValues(name) - 1 do
      local result = visit(headers:getAtIndex(name, i))
      if result ~= nil then return result end
    end
    return nil
  end

  -- What the handle of a request gave, until the script waits for a body or another handle comes: taking it anew costs as much as ten reads.
  -- Not for answers, whose bodies are waited for by other ways.
  local live, live_headers, live_metadata, live_path, live_type

  local function use(handle)
    if live ~= handle then live, live_headers, live_metadata, live_path, live_type = handle, nil, nil, nil, nil end
  end

  -- To be called by scripts that change headers which others ask for here.
  function http.forget()
    live = nil
  end

  function http.headers(handle)
    use(handle)
    if not live_headers then live_headers = handle:headers() end
    return live_headers
  end

  function http.metadata(handle)
    use(handle)
    if not live_metadata then live_metadata = handle:streamInfo():dynamicMetadata() end
    return live_metadata
  end

  function http.path(handle)
    local headers = http.headers(handle)
    if not live_path then live_path = headers:get(':path') end
    return live_path
  end

  function http.set_path(handle, path)
    http.headers(handle):replace(':path', path)
    live_path = path
  end

  -- Content-Type of the request, '' without one.
  function http.content_type(handle)
    local headers = http.headers(handle)
    if not live_type then live_type = headers:get('content-type') or '' end
    return live_type
  end

  -- Removing is dear even where nothing stands.
  function http.remove(headers, name)
    if headers:get(name) then headers:remove(name) end
  end

  local function unescape(hex) return char(tonumber(hex, 16)) end

  -- `+` is a space, `%41` is A; wrong escapes stay as they are.
  function http.decode_form(text)
    if not find(text, '[%%+]') then return text end
    return (gsub(gsub(text, '%+', ' '), '%%(%x%x)', unescape))
  end

  function http.each_query_pair(path, visit)
    local mark = find(path, '?', 1, true)
    if not mark then return nil end
    for part in string.gmatch(sub(path, mark + 1), '[^&]+') do
      local equals = find(part, '=', 1, true)
      local name = http.decode_form(equals and sub(part, 1, equals - 1) or part)
      local result = visit(name, equals and http.decode_form(sub(part, equals + 1)) or '')
      if result ~= nil then return result end
    end
    return nil
  end

  -- Whether the path without its query ends in one of the suffixes; `*` is every path.
  function http.path_ends(path, suffixes)
    local mark = find(path, '?', 1, true)
    local stop = mark and mark - 1 or #path
    for i = 1, #suffixes do
      local suffix = suffixes[i]
      local from = stop - #suffix + 1
      if suffix == '*' or (from >= 1 and find(path, suffix, from, true) == from) then return true end
    end
    return false
  end

  -- Safe to stand in a header: no control characters.
  function http.header_safe(value)
    return not find(value, '[%z\1-\31\127]')
  end

  -- The buffered body as a string and its handle, or nil when the message has none. Waits: what the handle gave before, such as headers,
  -- is dead afterwards and must be asked for again.
  function http.body(handle)
    if shared_body and shared_body.handle == handle then return shared_body.text, shared_body.buffer end
    local path, kind = live == handle and live_path or nil, live == handle and live_type or nil
    local buffer = handle:body()
    -- What the handle gave is dead, and other requests may have come by; what it said still holds.
    live, live_headers, live_metadata, live_path, live_type = handle, nil, nil, path, kind
    if buffer == nil then return nil end
    local length = buffer:length()
    if length == 0 then return nil end
    local text = buffer:getBytes(0, length)
    if shared_body then shared_body = { handle = handle, buffer = buffer, text = text } end
    return text, buffer
  end

  function http.set_body(handle, buffer, text)
    if shared_body and shared_body.handle == handle then
      shared_body.text, shared_body.changed = text, true
      return
    end
    local length = buffer:setBytes(text)
    local headers = http.headers(handle)
    if headers:get('content-length') then headers:replace('content-length', tostring(length)) end
  end

  -- Answers in place of the upstream. Envoy gives every such answer the details `lua_response`; the plugin's own stand in dynamic
  -- metadata, where the access log looks first.
  function http.reply(handle, status, headers, body, details)
    http.metadata(handle):set('higress.log', 'response_code_details', details)
    local all = { [':status'] = tostring(status) }
    for name, value in pairs(headers) do all[name] = value end
    handle:respond(all, body)
  end
end
