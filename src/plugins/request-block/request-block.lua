local function contains(text, parts)
  for i = 1, #parts do
    if string.find(text, parts[i], 1, true) then return true end
  end
  return false
end

-- Details of the refusal, or nil.
local function blocked(handle)
  local fold = config.fold and string.lower or tostring
  local headers = handle:headers()
  local url = fold(headers:get(':path'))
  if config.exact[url] then return 'url_blocked.exact' end
  if contains(url, config.keywords) then return 'url_blocked.keyword' end
  local texts = config.headers
  if #texts > 0 then
    local all = {}
    for name, value in pairs(headers) do
      all[#all + 1] = name
      all[#all + 1] = value
    end
    all[#all + 1] = ''
    if contains(fold(table.concat(all, '\n')), texts) then return 'body_blocked' end
  end
  local bodies = config.bodies
  if #bodies > 0 then
    local body = http.body(handle)
    if body and contains(fold(body), bodies) then return 'body_blocked' end
  end
  return nil
end

function envoy_on_request(handle)
  -- Envoy lets a request pass when a script fails; a guard must not.
  local worked, why = pcall(blocked, handle)
  if not worked then
    handle:logErr('request-block: ' .. tostring(why))
    http.reply(handle, 500, {}, '', 'request-block.failed')
  elseif why then
    local message = config.message
    local headers = message ~= '' and { ['content-type'] = 'text/plain' } or {}
    http.reply(handle, config.status, headers, message, 'request-block.' .. why)
  end
end
