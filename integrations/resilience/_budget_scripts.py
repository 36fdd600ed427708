"""The budget's atomic steps. All times in milliseconds by the clock of Redis.

Keys: log (sorted set, call -> moment), flight (sorted set, call -> end of its lease), facts (hash:
`born`, `person_at`, `paused_until`, `strikes`, `strike_at`, `in_flight`, `in_flight_until`, and per
calendar a day and its count).
"""

_HEAD = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local log, flight, facts = KEYS[1], KEYS[2], KEYS[3]
local function fact(name) return tonumber(redis.call('HGET', facts, name) or 0) end
local function count(calendar, day)
  if fact(calendar .. '_day') ~= day then return 0 end
  return fact(calendar .. '_count')
end
"""

# limit, window, in flight, lease, per day, day length, zone offset, reserve (minute, flight, day),
# share of the limit (percent) while the log is younger than a window, call ('' = only look),
# whether for a person, reserve (minute) while no person has called for as long as the last number
ACQUIRE = (
    _HEAD
    + """
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local most_flying, lease = tonumber(ARGV[3]), tonumber(ARGV[4])
local per_day, day_length, offset = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local born = fact('born')
if born == 0 then
  born = now
  redis.call('HSET', facts, 'born', now)
end
-- An empty log may be a lost one: others may have called within the last window.
if now - born < window then limit = math.max(1, math.floor(limit * tonumber(ARGV[11]) / 100)) end
if now < fact('in_flight_until') then most_flying = fact('in_flight') end

local paused = fact('paused_until') - now
if paused > 0 then return {0, 'paused', paused} end

local days = {zone = math.floor((now + offset) / day_length), utc = math.floor(now / day_length)}
for calendar, day in pairs(days) do
  if count(calendar, day) >= per_day - tonumber(ARGV[10]) then
    local shift = calendar == 'zone' and offset or 0
    return {0, 'day', (day + 1) * day_length - shift - now}
  end
end

redis.call('ZREMRANGEBYSCORE', flight, '-inf', now)
local flying = redis.call('ZCARD', flight)
if flying >= math.max(1, most_flying - tonumber(ARGV[9])) then
  return {0, 'concurrency', 100}
end

redis.call('ZREMRANGEBYSCORE', log, '-inf', now - window)
local reserve = tonumber(ARGV[8])
if now - fact('person_at') > tonumber(ARGV[15]) then
  reserve = math.min(reserve, tonumber(ARGV[14]))
end
local room = math.max(1, limit - reserve)
local used = redis.call('ZCARD', log)
if used >= room then
  local blocker = redis.call('ZRANGE', log, used - room, used - room, 'WITHSCORES')
  return {0, 'minute', math.max(1, tonumber(blocker[2]) + window - now + 1)}
end

if ARGV[12] == '' then return {1, 'ok', 0} end
if ARGV[13] == '1' then redis.call('HSET', facts, 'person_at', now) end
redis.call('ZADD', log, now, ARGV[12])
redis.call('ZADD', flight, now + lease, ARGV[12])
for calendar, day in pairs(days) do
  redis.call('HSET', facts, calendar .. '_count', count(calendar, day) + 1, calendar .. '_day', day)
end
redis.call('PEXPIRE', log, 2 * window)
redis.call('PEXPIRE', flight, 2 * lease)
return {1, 'ok', 0}
"""
)

# call. The entry moves to the end of the call: the service counted it at some moment before, so no
# window of its own can hold more calls than ours does, however slow the network is.
RELEASE = (
    _HEAD
    + """
redis.call('ZREM', flight, ARGV[1])
redis.call('ZADD', log, 'XX', now, ARGV[1])
return {1}
"""
)

# pause; pauses only ever get longer
PAUSE = (
    _HEAD
    + """
redis.call('HSET', facts, 'paused_until', math.max(fact('paused_until'), now + tonumber(ARGV[1])))
return {1}
"""
)

# first pause, longest pause, memory of strikes: each strike within it doubles the pause
STRIKE = (
    _HEAD
    + """
local first, longest = tonumber(ARGV[1]), tonumber(ARGV[2])
if fact('paused_until') > now then return {fact('paused_until') - now} end
local strikes = 0
if now - fact('strike_at') < tonumber(ARGV[3]) then strikes = fact('strikes') end
local pause = math.min(longest, first * 2 ^ strikes)
redis.call('HSET', facts, 'strikes', strikes + 1, 'strike_at', now, 'paused_until', now + pause)
return {pause}
"""
)

# day length, zone offset: until the nearer of the two midnights, as nobody says which one counts
PARK = (
    _HEAD
    + """
local length, offset = tonumber(ARGV[1]), tonumber(ARGV[2])
local zone = (math.floor((now + offset) / length) + 1) * length - offset
local utc = (math.floor(now / length) + 1) * length
redis.call('HSET', facts, 'paused_until', math.max(fact('paused_until'), math.min(zone, utc)))
return {1}
"""
)

# in flight, pause, how long the halved number holds
CROWDED = (
    _HEAD
    + """
local most = tonumber(ARGV[1])
if now < fact('in_flight_until') then most = fact('in_flight') end
redis.call('HSET', facts, 'in_flight', math.max(1, math.floor(most / 2)),
           'in_flight_until', now + tonumber(ARGV[3]),
           'paused_until', math.max(fact('paused_until'), now + tonumber(ARGV[2])))
return {1}
"""
)

# limit, window, in flight, per day, day length, zone offset
LEFT = (
    _HEAD
    + """
local window, length = tonumber(ARGV[2]), tonumber(ARGV[5])
local used_zone = count('zone', math.floor((now + tonumber(ARGV[6])) / length))
local used_utc = count('utc', math.floor(now / length))
return {
  math.max(0, tonumber(ARGV[1]) - redis.call('ZCOUNT', log, '(' .. (now - window), '+inf')),
  math.max(0, tonumber(ARGV[4]) - math.max(used_zone, used_utc)),
  math.max(0, tonumber(ARGV[3]) - redis.call('ZCOUNT', flight, '(' .. now, '+inf')),
  math.max(0, fact('paused_until') - now)
}
"""
)
