-- Bodies of multipart/form-data. `find`: where the content of a field stands, first and last offset; nil when it is not there or the body is broken. The third result
-- is true when the body is whole.
local multipart = {}
do
  local find, sub, lower, match = string.find, string.sub, string.lower, string.match

  -- `name` in any case, its value quoted or not.
  local function parameter(text, name)
    local folded = lower(text)
    local _, stop = find(folded, '[;%s]%s*' .. name .. '=')
    if not stop then return nil end
    return match(text, '^"([^"]*)"', stop + 1) or match(text, '^([^;%s]+)', stop + 1)
  end

  function multipart.find(text, content_type, key)
    local boundary = parameter(content_type, 'boundary')
    if not boundary or boundary == '' then return nil end
    local marker = '--' .. boundary
    local at = sub(text, 1, #marker) == marker and 1 or nil
    if not at then
      local line = find(text, '\r\n' .. marker, 1, true)
      at = line and line + 2
    end
    local from, to
    while at do
      local behind = at + #marker
      if sub(text, behind, behind + 1) == '--' then return from, to, true end
      local line_end = find(text, '\r\n', behind, true)
      local head_end = line_end and find(text, '\r\n\r\n', line_end, true)
      local following = head_end and find(text, '\r\n' .. marker, head_end + 4, true)
      if not following then return nil end
      if not from then
        local head = sub(text, line_end, head_end - 1)
        local line = find(lower(head), '\r\ncontent-disposition:', 1, true)
        local disposition = line and match(head, '^[^\r\n]*', line + 2)
        if disposition and parameter(disposition, 'name') == key then from, to = head_end + 4, following - 1 end
      end
      at = following + 2
    end
    return nil
  end

  -- The form with one more field, in front of the others; nil when the body is no form.
  function multipart.with_field(text, content_type, key, value)
    local boundary = parameter(content_type, 'boundary')
    if not boundary or boundary == '' then return nil end
    local marker = '--' .. boundary
    local at = 1
    if sub(text, 1, #marker) ~= marker then
      local line = find(text, '\r\n' .. marker, 1, true)
      if not line then return nil end
      at = line + 2
    end
    local head = marker .. '\r\nContent-Disposition: form-data; name="' .. key .. '"\r\n\r\n'
    return sub(text, 1, at - 1) .. head .. value .. '\r\n' .. sub(text, at)
  end
end
