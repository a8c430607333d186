-- SHA-256 of a byte string as 64 hex digits. Envoy's LuaJIT brings the `bit` library along.
local sha256
do
  local bit = require('bit')
  local band, bxor, bnot, ror, rshift, tobit, tohex =
    bit.band, bit.bxor, bit.bnot, bit.ror, bit.rshift, bit.tobit, bit.tohex
  local byte, char, rep, sub, floor = string.byte, string.char, string.rep, string.sub, math.floor

  -- Fractional parts of the cube roots of the first 64 primes, and of the square roots of the first 8.
  local K, START = {}, {}
  local function fraction(root)
    return tobit(floor((root - floor(root)) * 4294967296))
  end
  local candidate = 2
  while #K < 64 do
    local prime = true
    for divisor = 2, floor(math.sqrt(candidate)) do
      if candidate % divisor == 0 then prime = false break end
    end
    if prime then
      if #START < 8 then START[#START + 1] = fraction(math.sqrt(candidate)) end
      K[#K + 1] = fraction(candidate ^ (1 / 3))
    end
    candidate = candidate + 1
  end

  local W = {}
  for i = 1, 64 do W[i] = 0 end

  local function digest(text)
    local length = #text
    local padded = text .. '\128' .. rep('\0', (55 - length) % 64) .. rep('\0', 4)
      .. char(band(rshift(length * 8, 24), 255), band(rshift(length * 8, 16), 255), band(rshift(length * 8, 8), 255), band(length * 8, 255))
    local h1, h2, h3, h4, h5, h6, h7, h8 =
      START[1], START[2], START[3], START[4], START[5], START[6], START[7], START[8]
    for block = 1, #padded, 64 do
      for i = 1, 16 do
        local at = block + (i - 1) * 4
        local a, b, c, d = byte(padded, at, at + 3)
        W[i] = tobit(a * 16777216 + b * 65536 + c * 256 + d)
      end
      for i = 17, 64 do
        local x, y = W[i - 15], W[i - 2]
        local s0 = bxor(ror(x, 7), ror(x, 18), rshift(x, 3))
        local s1 = bxor(ror(y, 17), ror(y, 19), rshift(y, 10))
        W[i] = tobit(W[i - 16] + s0 + W[i - 7] + s1)
      end
      local a, b, c, d, e, f, g, h = h1, h2, h3, h4, h5, h6, h7, h8
      for i = 1, 64 do
        local s1 = bxor(ror(e, 6), ror(e, 11), ror(e, 25))
        local t1 = tobit(h + s1 + bxor(band(e, f), band(bnot(e), g)) + K[i] + W[i])
        local s0 = bxor(ror(a, 2), ror(a, 13), ror(a, 22))
        local t2 = tobit(s0 + bxor(band(a, b), band(a, c), band(b, c)))
        h, g, f, e, d, c, b, a = g, f, e, tobit(d + t1), c, b, a, tobit(t1 + t2)
      end
      h1, h2, h3, h4 = tobit(h1 + a), tobit(h2 + b), tobit(h3 + c), tobit(h4 + d)
      h5, h6, h7, h8 = tobit(h5 + e), tobit(h6 + f), tobit(h7 + g), tobit(h8 + h)
    end
    return tohex(h1) .. tohex(h2) .. tohex(h3) .. tohex(h4) .. tohex(h5) .. tohex(h6) .. tohex(h7) .. tohex(h8)
  end

  -- Callers send the same keys again and again.
  local seen, count = {}, 0

  function sha256(text)
    local known = seen[text]
    if known then return known end
    if count >= 512 then seen, count = {}, 0 end
    known = digest(text)
    seen[text] = known
    count = count + 1
    return known
  end
end
