-- config: cluster, codes {["503"] = true}, headers, timeoutMs. What the other upstream is told has the names that ingress-nginx gives it.
local KEEP = 'higress.error_page'
local HOP_BY_HOP = { ['connection'] = true, ['content-length'] = true, ['transfer-encoding'] = true, ['keep-alive'] = true }

function envoy_on_request(handle)
  local headers = handle:headers()
  handle:streamInfo():dynamicMetadata():set(KEEP, 'request', {
    method = headers:get(':method'),
    authority = headers:get(':authority'),
    path = headers:get(':path'),
    format = headers:get('accept') or '',
    id = headers:get('x-request-id') or '',
  })
end

function envoy_on_response(handle)
  local status = handle:headers():get(':status')
  if not config.codes[status] then return end
  local kept = handle:streamInfo():dynamicMetadata():get(KEEP)
  -- Refused before it came this far: nobody knows here what was asked for.
  if kept == nil then return end
  local request = kept.request
  local is_head = request.method == 'HEAD'
  local call = {
    [':method'] = is_head and 'HEAD' or 'GET',
    [':path'] = '/',
    [':authority'] = request.authority,
    ['x-code'] = status,
    ['x-format'] = request.format,
    ['x-original-uri'] = request.path,
    ['x-request-id'] = request.id,
  }
  for name, value in pairs(config.headers) do call[name] = value end
  -- Only a body that is all there before the call can be replaced after it.
  if not is_head then handle:body(true) end
  local answer, body = handle:httpCall(config.cluster, call, nil, { timeout_ms = config.timeoutMs, return_duplicate_headers = true })
  -- What was taken from the handle before the call is dead now.
  handle:streamInfo():dynamicMetadata():set('higress.log', 'response_code_details', 'custom_http_error_' .. status)

  if not is_head then handle:body(true):setBytes(body or '') end
  local headers = handle:headers()
  local old = {}
  for name in pairs(headers) do
    if string.sub(name, 1, 1) ~= ':' then old[#old + 1] = name end
  end
  for i = 1, #old do headers:remove(old[i]) end
  for name, value in pairs(answer) do
    if name == ':status' then
      headers:replace(name, value)
    elseif string.sub(name, 1, 1) ~= ':' and not HOP_BY_HOP[name] then
      if type(value) == 'table' then
        for i = 1, #value do headers:add(name, value[i]) end
      else
        headers:add(name, value)
      end
    end
  end
  if not is_head then headers:add('content-length', tostring(#(body or ''))) end
end
