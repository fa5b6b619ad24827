"""Redis scripts that decide about calls, each atomically."""

from shared.kit.limits.limiter import ADMIT

# Keys: the account's rate, its calls this month, the credit that it ever drew.
# Arguments: interval and burst of the rate (0: none); calls of the month (-1: no limit); credit ever granted; the
# cost of the call; the calls and the credit drawn so far by the record (-1: not read).
# Answers: the decision; remaining, reset and retry of the rate; remaining of the month; credit drawn by this call.
ALLOWED, TOO_FAST, USED_UP, UNKNOWN = 1, 0, 2, 3

# Longer than a month, so that a count outlives its month.
_LIFETIME_S = 40 * 24 * 3600

TAKE = (
    ADMIT
    + f"""
local interval, burst, quota = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local granted, cost = tonumber(ARGV[4]), tonumber(ARGV[5])
local used, drawn, drawing = 0, 0, 0

if quota >= 0 then
    used = tonumber(redis.call('GET', KEYS[2]) or ARGV[6])
    drawn = tonumber(redis.call('GET', KEYS[3]) or ARGV[7])
    if used < 0 or drawn < 0 then
        return {{{UNKNOWN}, 0, 0, 0, 0, 0}}
    end
    if used + cost > quota then
        drawing = cost
    end
    if drawing > 0 and drawn + drawing > granted then
        return {{{USED_UP}, 0, 0, 0, 0, 0}}
    end
end

local verdict = {{1, 0, 0, 0}}
if interval > 0 then
    verdict = admit(KEYS[1], interval, burst)
end
if quota >= 0 then
    if verdict[1] == 1 then
        used, drawn = used + cost, drawn + drawing
    else
        drawing = 0
    end
    redis.call('SET', KEYS[2], string.format('%.0f', used), 'EX', {_LIFETIME_S})
    redis.call('SET', KEYS[3], string.format('%.0f', drawn), 'EX', {_LIFETIME_S})
end
local left = math.max(quota - used, 0) + math.max(granted - drawn, 0)
return {{verdict[1], verdict[2], verdict[3], verdict[4], left, drawing}}
"""
)

# Keys: calls this month, credit ever drawn. Arguments: their values in the record. Calls that were admitted
# while Redis was unavailable, or counted by a lost one, are in the record only.
RAISE = f"""
for index = 1, 2 do
    local counted = redis.call('GET', KEYS[index])
    if counted and tonumber(counted) < tonumber(ARGV[index]) then
        redis.call('SET', KEYS[index], ARGV[index], 'EX', {_LIFETIME_S})
    end
end
return {{1}}
"""
