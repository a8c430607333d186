-- Members of the outermost object in JSON text, found without parsing the rest, so that an edit leaves every other byte alone.
-- The same outline check as `editJsonText` in TypeScript: brackets, strings and commas, not every literal inside.
local json = {}
do
  local find, byte, sub, char, format = string.find, string.byte, string.sub, string.char, string.format
  local floor = math.floor

  -- Offset behind the string whose opening quote stands at i; nil when it does not end.
  local function skip_string(text, i)
    local from = i + 1
    while true do
      local stop = find(text, '"', from, true)
      if not stop then return nil end
      local slashes = 0
      while byte(text, stop - 1 - slashes) == 92 do slashes = slashes + 1 end
      if slashes % 2 == 0 then return stop + 1 end
      from = stop + 1
    end
  end

  local WORDS = { [116] = 'true', [102] = 'false', [110] = 'null' }

  -- Digits, letters and the other signs of numbers: a literal ends before anything else.
  local function in_literal(token)
    return token ~= nil and (token >= 48 and token <= 57 or token >= 97 and token <= 122 or token >= 65 and token <= 90
      or token == 46 or token == 43 or token == 45)
  end

  local function skip_literal(text, i)
    local first = byte(text, i)
    local word = WORDS[first]
    if word then
      local stop = i + #word
      if sub(text, i, stop - 1) == word and not in_literal(byte(text, stop)) then return stop end
      return nil
    end
    local at = first == 45 and i + 1 or i
    local token = byte(text, at)
    if not token or token < 48 or token > 57 then return nil end
    -- Digits and `.`, `e`, `E`, `+`, `-`.
    while token and (token >= 48 and token <= 57 or token == 46 or token == 101 or token == 69 or token == 43 or token == 45) do
      at = at + 1
      token = byte(text, at)
    end
    if in_literal(token) then return nil end
    return at
  end

  -- Loops over bytes: LuaJIT compiles them, patterns it does not.
  local function skip_value(text, i)
    local first = byte(text, i)
    if first == 34 then return skip_string(text, i) end
    if first ~= 123 and first ~= 91 then return skip_literal(text, i) end
    local depth, size = 0, #text
    while i <= size do
      local token = byte(text, i)
      if token == 34 then
        i = skip_string(text, i)
        if not i then return nil end
      else
        i = i + 1
        if token == 123 or token == 91 then
          depth = depth + 1
        elseif token == 125 or token == 93 then
          depth = depth - 1
          if depth == 0 then return i end
        end
      end
    end
    return nil
  end

  local function skip_space(text, i)
    local token = byte(text, i)
    while token == 32 or token == 10 or token == 13 or token == 9 do
      i = i + 1
      token = byte(text, i)
    end
    return i
  end

  -- Whether the text may hold the member name `key` behind offset i, also in an escaped spelling (`\u0041`), and whether it ends as an object.
  local function done_after(text, quoted, i)
    if find(text, quoted, i, true) or find(text, '\\u00', 1, true) then return false end
    local stop = #text
    local token = byte(text, stop)
    while token == 32 or token == 10 or token == 13 or token == 9 do
      stop = stop - 1
      token = byte(text, stop)
    end
    return token == 125
  end

  local function utf8(code)
    if code < 128 then return char(code) end
    if code < 2048 then return char(192 + floor(code / 64), 128 + code % 64) end
    if code < 65536 then return char(224 + floor(code / 4096), 128 + floor(code / 64) % 64, 128 + code % 64) end
    return char(240 + floor(code / 262144), 128 + floor(code / 4096) % 64, 128 + floor(code / 64) % 64, 128 + code % 64)
  end

  local PLAIN = { b = '\b', f = '\f', n = '\n', r = '\r', t = '\t', ['"'] = '"', ['\\'] = '\\', ['/'] = '/' }

  -- The text of a JSON string given without its quotes; nil when an escape is wrong.
  local function unescape(raw)
    if not find(raw, '\\', 1, true) then return raw end
    local parts, from = {}, 1
    while true do
      local at = find(raw, '\\', from, true)
      if not at then break end
      parts[#parts + 1] = sub(raw, from, at - 1)
      local kind = sub(raw, at + 1, at + 1)
      if kind == 'u' then
        local code = tonumber(find(raw, '^%x%x%x%x', at + 2) and sub(raw, at + 2, at + 5) or '', 16)
        if not code then return nil end
        from = at + 6
        if code >= 0xd800 and code < 0xdc00 and find(raw, '^\\u[dD][c-fC-F]%x%x', from) then
          code = 0x10000 + (code - 0xd800) * 1024 + tonumber(sub(raw, from + 2, from + 5), 16) - 0xdc00
          from = from + 6
        end
        parts[#parts + 1] = utf8(code)
      else
        if not PLAIN[kind] then return nil end
        parts[#parts + 1] = PLAIN[kind]
        from = at + 2
      end
    end
    parts[#parts + 1] = sub(raw, from)
    return table.concat(parts)
  end

  local SHORT = { ['\b'] = '\\b', ['\f'] = '\\f', ['\n'] = '\\n', ['\r'] = '\\r', ['\t'] = '\\t', ['"'] = '\\"', ['\\'] = '\\\\' }

  -- JSON text of a string.
  function json.quote(text)
    if not find(text, '[%z\1-\31"\\]') then return '"' .. text .. '"' end
    return '"' .. string.gsub(text, '[%z\1-\31"\\]', function(one)
      return SHORT[one] or format('\\u%04x', byte(one))
    end) .. '"'
  end

  -- A value's JSON text as a string: strings unescaped, null as empty, others as written; nil when an escape is wrong.
  function json.text(raw)
    if byte(raw, 1) == 34 then return unescape(sub(raw, 2, -2)) end
    return raw == 'null' and '' or raw
  end

  local quoted_names = {}

  -- A member's name as it usually stands; the names asked for are those of configurations.
  local function quoted(name)
    local text = quoted_names[name]
    if not text then
      text = '"' .. name .. '"'
      quoted_names[name] = text
    end
    return text
  end

  -- A member of an object that begins at `at`: its name, where its value stands, and what is behind that. No third result when it is none.
  local function member(text, at)
    if byte(text, at) ~= 34 then return nil end
    local behind = skip_string(text, at)
    if not behind then return nil end
    local name = unescape(sub(text, at + 1, behind - 2))
    if not name then return nil end
    at = skip_space(text, behind)
    if byte(text, at) ~= 58 then return nil end
    local start = skip_space(text, at + 1)
    return name, start, skip_value(text, start)
  end

  local function locate(text, key)
    local at = skip_space(text, 1)
    if byte(text, at) ~= 123 then return nil end
    local spans = {}
    local last = at + 1
    at = skip_space(text, last)
    if byte(text, at) == 125 then
      if skip_space(text, at + 1) <= #text then return nil end
      return spans, last, false
    end
    while true do
      local name, start, behind = member(text, at)
      if not behind then return nil end
      last = behind
      if name == key then
        spans[#spans + 1] = start
        spans[#spans + 1] = last - 1
        if done_after(text, quoted(key), last) then return spans, last, true end
      end
      at = skip_space(text, last)
      local token = byte(text, at)
      if token == 125 then
        if skip_space(text, at + 1) <= #text then return nil end
        return spans, last, true
      end
      if token ~= 44 then return nil end
      at = skip_space(text, at + 1)
    end
  end

  -- Several plugins ask for the same member of the same body, one after the other; long bodies are not held for that.
  local REMEMBERED_BYTES = 65536
  local last_text, last_key, last_spans, last_place, last_comma

  -- Where the member `key` of the outermost object stands: {start, stop, start, stop, …} (inclusive) for each occurrence, then where a new
  -- member would be put and whether it needs a comma. nil when the text is not one JSON object. What stands behind the member is only looked
  -- through when it may hold the name once more.
  function json.find(text, key)
    if text == last_text and key == last_key then return last_spans, last_place, last_comma end
    local spans, place, comma = locate(text, key)
    if #text <= REMEMBERED_BYTES then
      last_text, last_key, last_spans, last_place, last_comma = text, key, spans, place, comma
    end
    return spans, place, comma
  end

  -- JSON text of those members of the outermost object whose names are keys of `wanted`, by name, in one pass; the last of equal members
  -- counts. nil when the text is not one JSON object.
  function json.pick(text, wanted)
    local at = skip_space(text, 1)
    if byte(text, at) ~= 123 then return nil end
    local found = {}
    at = skip_space(text, at + 1)
    if byte(text, at) == 125 then return found end
    while true do
      local name, start, stop = member(text, at)
      if not stop then return nil end
      if wanted[name] then found[name] = sub(text, start, stop - 1) end
      at = skip_space(text, stop)
      local token = byte(text, at)
      if token == 125 then
        if skip_space(text, at + 1) <= #text then return nil end
        return found
      end
      if token ~= 44 then return nil end
      at = skip_space(text, at + 1)
    end
  end

  -- The text with JSON text `raw` as the value of `key`, at the places that json.find gave.
  function json.put(text, spans, place, comma, key, raw)
    if #spans == 0 then
      return sub(text, 1, place - 1) .. (comma and ',' or '') .. json.quote(key) .. ':' .. raw .. sub(text, place)
    end
    local out, from = '', 1
    for i = 1, #spans, 2 do
      out = out .. sub(text, from, spans[i] - 1) .. raw
      from = spans[i + 1] + 1
    end
    return out .. sub(text, from)
  end
end
