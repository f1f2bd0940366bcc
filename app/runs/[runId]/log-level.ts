/** How loud a log line is. What was read as a record is a record: its `error: 0.23` is a metric, not an error. */
export type LogLevel = "critical" | "caution" | null;

const CRITICAL =
  /\b(?:Traceback|[A-Z]\w*(?:Error|Exception)|FATAL|CRITICAL|Xid|Segmentation fault|core dumped|SIGKILL|SIGTERM|SIGSEGV|Killed)\b|\bERROR\b|\berror:|out of memory|NCCL.*(?:timeout|timed out|error|abort)/;
const CAUTION =
  /\bwarn(?:ing)?s?\b|\w*Warning\b|overflow|underflow|throttl|slowdown|deprecated|\bretry(?:ing)?\b|skipp(?:ed|ing) (?:step|batch|update)/i;

export function logLevel(text: string, parsed: boolean): LogLevel {
  if (parsed) return null;
  if (CRITICAL.test(text)) return "critical";
  return CAUTION.test(text) ? "caution" : null;
}
