-- What wrk sends and reports for benches/run: a body of BODY_BYTES, if any; then one line of JSON.

local size = tonumber(os.getenv("BODY_BYTES") or "0")
if size > 0 then
    wrk.method = "POST"
    wrk.body = string.rep("x", size)
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '\n{"requests": %d, "us": %d, "failed": %d, "p50_us": %d, "p99_us": %d}\n',
        summary.requests, summary.duration,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout,
        latency:percentile(50), latency:percentile(99)))
end
