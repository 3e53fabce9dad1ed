-- The last line that wrk prints, for a program to read.
function done(summary, latency, requests)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('{"requests":%d,"bytes":%.0f,"seconds":%f,"failed":%d}\n',
    summary.requests, summary.bytes, summary.duration / 1e6, failed))
end
