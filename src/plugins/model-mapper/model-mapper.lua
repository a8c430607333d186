local function mapped(model)
  local exact = config['=' .. model]
  if exact then return exact end
  local prefixes = config.prefixes
  for i = 1, #prefixes, 2 do
    if string.sub(model, 1, #prefixes[i]) == prefixes[i] then return prefixes[i + 1] end
  end
  return config.rest
end

function envoy_on_request(handle)
  if not http.path_ends(http.path(handle), config.suffixes) then return end
  local text, buffer = http.body(handle)
  if not text then return end
  local key = config.key
  local spans, place, comma = json.find(text, key)
  if not spans then return end
  local model = spans[1] and json.text(string.sub(text, spans[1], spans[2])) or ''
  if not model then return end
  local target = mapped(model)
  if target == '' or target == model then return end
  http.set_body(handle, buffer, json.put(text, spans, place, comma, key, json.quote(target)))
end
