"""The index's atomic steps. All times in milliseconds by the clock of Redis.

Keys: meta (hash: `generation`, `source`, `mark`, `built_at`, `fresh_at`, `records`, `words`), and
per generation rows (hash: id -> JSON of keys and body) and words (hash: key -> ids with a space
between them). Every script is given meta, from which the names of the others follow.
"""

_HEAD = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local meta = KEYS[1]
local function fact(name) return redis.call('HGET', meta, name) end
local function rows_of(generation) return meta .. ':' .. generation .. ':rows' end
local function words_of(generation) return meta .. ':' .. generation .. ':words' end
-- A hash that was lost alone, or in part, makes the rest worthless.
local function whole(source)
  local generation = fact('generation')
  if not generation or fact('source') ~= source then return nil end
  if redis.call('HLEN', rows_of(generation)) ~= tonumber(fact('records')) then return nil end
  if redis.call('HLEN', words_of(generation)) ~= tonumber(fact('words')) then return nil end
  return generation
end
"""

# source, then keys -> state, age, ids and rows in turn
FIND = (
    _HEAD
    + """
local generation = whole(ARGV[1])
if not generation then return {'missing', 0} end
local found, seen = {'here', now - tonumber(fact('fresh_at'))}, {}
for i = 2, #ARGV do
  local ids = redis.call('HGET', words_of(generation), ARGV[i])
  for id in string.gmatch(ids or '', '%S+') do
    if not seen[id] then
      seen[id] = true
      local row = redis.call('HGET', rows_of(generation), id)
      if not row then return {'missing', 0} end
      found[#found + 1] = row
    end
  end
end
return found
"""
)

# source -> state, age, age of the build, mark, now
STANDING = (
    _HEAD
    + """
local generation = whole(ARGV[1])
if not generation then return {'missing', 0, 0, '', now} end
return {'here', now - tonumber(fact('fresh_at')), now - tonumber(fact('built_at')),
        fact('mark'), now}
"""
)

_CHANGE = """
local function without(generation, id)
  local old = redis.call('HGET', rows_of(generation), id)
  if not old then return end
  for _, word in ipairs(cjson.decode(old)['keys']) do
    local left = {}
    for other in string.gmatch(redis.call('HGET', words_of(generation), word) or '', '%S+') do
      if other ~= id then left[#left + 1] = other end
    end
    if #left == 0 then redis.call('HDEL', words_of(generation), word)
    else redis.call('HSET', words_of(generation), word, table.concat(left, ' ')) end
  end
  redis.call('HDEL', rows_of(generation), id)
end
local function with(generation, id, row)
  without(generation, id)
  for _, word in ipairs(cjson.decode(row)['keys']) do
    local ids = redis.call('HGET', words_of(generation), word)
    redis.call('HSET', words_of(generation), word, ids and ids .. ' ' .. id or id)
  end
  redis.call('HSET', rows_of(generation), id, row)
end
local function counted(generation)
  redis.call('HSET', meta, 'records', redis.call('HLEN', rows_of(generation)),
             'words', redis.call('HLEN', words_of(generation)))
end
local function kept(generation, life)
  redis.call('PEXPIRE', meta, life)
  redis.call('PEXPIRE', rows_of(generation), life)
  redis.call('PEXPIRE', words_of(generation), life)
end
"""

# generation under construction, life, then ids and rows in turn; the lease must still be its own
ADD = (
    _HEAD
    + _CHANGE
    + """
if redis.call('GET', meta .. ':lease') ~= ARGV[1] then return {0} end
for i = 3, #ARGV, 2 do with(ARGV[1], ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', rows_of(ARGV[1]), ARGV[2])
redis.call('PEXPIRE', words_of(ARGV[1]), ARGV[2])
redis.call('PEXPIRE', meta .. ':lease', ARGV[2])
return {1}
"""
)

# generation, source, mark, begun, life: from here on this generation answers
COMPLETE = (
    _HEAD
    + _CHANGE
    + """
if redis.call('GET', meta .. ':lease') ~= ARGV[1] then return {0} end
local old = fact('generation')
if old then redis.call('DEL', rows_of(old), words_of(old)) end
redis.call('HSET', meta, 'generation', ARGV[1], 'source', ARGV[2], 'mark', ARGV[3],
           'built_at', ARGV[4], 'fresh_at', ARGV[4])
counted(ARGV[1])
kept(ARGV[1], ARGV[5])
redis.call('DEL', meta .. ':lease')
return {1}
"""
)

# source, mark ('' = leave it), begun ('' = leave it), life, then ids and rows; an empty row = gone
PUT = (
    _HEAD
    + _CHANGE
    + """
local generation = whole(ARGV[1])
if not generation then return {0} end
for i = 5, #ARGV, 2 do
  if ARGV[i + 1] == '' then without(generation, ARGV[i])
  else with(generation, ARGV[i], ARGV[i + 1]) end
end
if ARGV[2] ~= '' then redis.call('HSET', meta, 'mark', ARGV[2]) end
if ARGV[3] ~= '' then
  redis.call('HSET', meta, 'fresh_at', math.max(tonumber(ARGV[3]), tonumber(fact('fresh_at'))))
  kept(generation, ARGV[4])
end
counted(generation)
return {1}
"""
)

# token, life
LEASE = """
if redis.call('SET', KEYS[1] .. ':lease', ARGV[1], 'NX', 'PX', ARGV[2]) then return {1} end
return {0}
"""

# token
RELEASE = """
if redis.call('GET', KEYS[1] .. ':lease') == ARGV[1] then
  redis.call('DEL', KEYS[1] .. ':lease')
end
return {1}
"""

FORGET = (
    _HEAD
    + """
local generation = fact('generation')
if generation then redis.call('DEL', rows_of(generation), words_of(generation)) end
redis.call('DEL', meta)
return {1}
"""
)
