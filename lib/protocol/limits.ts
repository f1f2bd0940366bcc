/** Every bound on the wire and in the store, with the place in the promises it serves. Bytes unless the name says otherwise. */
export const LIMITS = {
  /** One socket message from an agent; the transport closes above it. */
  agentMessageBytes: 1024 * 1024,
  /** One socket message from a browser. */
  browserMessageBytes: 16 * 1024,
  batchRecords: 1000,
  batchBytes: 512 * 1024,
  recordBytes: 256 * 1024,
  batchesInFlight: 4,
  /** A log line is kept to this length; what is beyond is counted and cut. */
  lineBytes: 64 * 1024,
  metricNameBytes: 200,
  seriesPerRun: 2000,
  bucketsPerAnswer: 1000,
  seriesPerQuery: 200,
  requestBodyBytes: 256 * 1024,
  /** One push of points over HTTP: its body, its points, and the metrics of a point. */
  pushBytes: 1024 * 1024,
  pushPoints: 10_000,
  pushMetrics: 256,
  agents: 1000,
  viewers: 2000,
  socketsPerAddress: 200,
  /** Time an unauthenticated socket may sit. */
  connectTimeoutMs: 5000,
  /** Log lines kept per run for the page's log panel. */
  logLinesKept: 60,
  logTextChars: 600,
} as const;

/** What a person may write to a run. */
export const RUN_LIMITS = { nameChars: 120, notesChars: 20_000, tags: 20, tagChars: 40 } as const;

/** What is kept of a run's hyperparameters; `chars` is that of keys and values together, `entered` how many a person may add. */
export const CONFIG_LIMITS = { keys: 400, keyChars: 120, textChars: 200, chars: 64 * 1024, entered: 100 } as const;
