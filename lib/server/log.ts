import pino, { type Logger } from "pino";

/** Our own log: JSON lines on standard error, warnings and worse. Tokens never reach it: nothing that holds one is logged. */
export function openLog(): Logger {
  return pino({ level: "warn", base: null }, pino.destination({ dest: 2, sync: true }));
}
