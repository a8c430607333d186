-- Runs several scripts as one filter. `shared_body` is the request body that they hold in common: taken by the first that asks, given back at
-- the end when one has changed it. Between taking and giving back no script waits, so no other request comes in between.
local requests, responses = {}, {}
local shared_body = {}

local function add_script(on_request, on_response)
  if on_request then requests[#requests + 1] = on_request end
  if on_response then table.insert(responses, 1, on_response) end
  envoy_on_request, envoy_on_response = nil, nil
end

-- SCRIPTS

local function run(handle, scripts)
  for i = 1, #scripts do
    -- One script's failure must not keep the others away.
    local worked, problem = pcall(scripts[i], handle)
    if not worked then handle:logErr(tostring(problem)) end
  end
end

if #requests > 0 then
  function envoy_on_request(handle)
    run(handle, requests)
    if shared_body.handle == handle then
      if shared_body.changed then
        local length = shared_body.buffer:setBytes(shared_body.text)
        local headers = http.headers(handle)
        if headers:get('content-length') then headers:replace('content-length', tostring(length)) end
      end
      shared_body = {}
    end
  end
end

if #responses > 0 then
  function envoy_on_response(handle) run(handle, responses) end
end
