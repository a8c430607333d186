function envoy_on_request(handle)
  if not http.path_ends(http.path(handle), config.suffixes) then return end
  local content_type = http.content_type(handle)
  local is_json = content_type == 'application/json'
  if not is_json then
    local folded = string.lower(content_type)
    is_json = string.find(folded, 'application/json', 1, true)
    if not is_json and not string.find(folded, 'multipart/form-data', 1, true) then return end
  end
  local text, buffer = http.body(handle)
  if not text then return end

  local headers = http.headers(handle)
  local key = config.key
  local spans, place, comma, from, to, model
  if is_json then
    spans, place, comma = json.find(text, key)
    if not spans or not spans[1] or string.byte(text, spans[1]) ~= 34 then return end
    model = json.text(string.sub(text, spans[1], spans[2]))
  else
    from, to = multipart.find(text, content_type, config.field)
    model = from and string.sub(text, from, to)
  end
  if not model or model == '' or not http.header_safe(model) then return end

  local changed = false
  local model_header, provider_header = config.model_header, config.provider_header
  if model_header ~= '' then
    headers:replace(model_header, model)
    changed = true
  end
  local slash = provider_header ~= '' and string.find(model, '/', 1, true)
  if slash and slash > 1 then
    headers:replace(provider_header, string.sub(model, 1, slash - 1))
    changed = true
    local rest = string.sub(model, slash + 1)
    if is_json then
      text = json.put(text, spans, place, comma, key, json.quote(rest))
    else
      text = string.sub(text, 1, from - 1) .. rest .. string.sub(text, to + 1)
    end
    http.set_body(handle, buffer, text)
  end
  if changed then handle:clearRouteCache() end
end
