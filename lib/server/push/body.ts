import { z } from "zod";
import { configSchema, LIMITS, valueSchema } from "#lib/protocol/index.ts";

/** What a program says that sends its points itself, instead of writing a log. */
const keySchema = z.string().min(1).max(200);

const metricSchema = z
  .string()
  .min(1)
  .refine((name) => Buffer.byteLength(name) <= LIMITS.metricNameBytes, {
    message: `a metric's name has at most ${LIMITS.metricNameBytes} bytes`,
  })
  .refine((name) => !/[\u0000-\u001f\u007f]/.test(name), { message: "a metric's name has no control characters" });

const measuredSchema = z.union(valueSchema.options, {
  error: 'a value is a number, or the text "NaN", "Infinity" or "-Infinity"',
});

export const newRunSchema = z.object({
  /** The same key gives the same run, however often it is asked for. */
  key: keySchema.optional(),
  name: z.string().min(1).max(200),
  project: z.string().min(1).max(200).optional(),
  /** Where it trains; the server's own host when not said. */
  host: z.string().min(1).max(255).optional(),
  maxSteps: z.int().positive().optional(),
  config: configSchema.optional(),
});
export type NewRun = z.infer<typeof newRunSchema>;

const pointSchema = z.object({
  step: z.int().nonnegative(),
  /** Epoch ms; of the last point the time of its arrival when not said. */
  at: z.number().min(0).max(8.64e15).optional(),
  epoch: z.number().min(0).optional(),
  values: z.record(metricSchema, measuredSchema).refine(
    (values) => {
      const { length } = Object.keys(values);
      return length > 0 && length <= LIMITS.pushMetrics;
    },
    { message: `a point has 1 to ${LIMITS.pushMetrics} values` },
  ),
});
export type PushedPoint = z.infer<typeof pointSchema>;

export const pushSchema = z.object({
  /** A push of the same key counts once. */
  key: keySchema.optional(),
  points: z.array(pointSchema).max(LIMITS.pushPoints),
  /** How the run ended; points that come later open it again. */
  end: z.object({ state: z.enum(["finished", "failed"]), text: z.string().max(500).optional() }).optional(),
});
export type Push = z.infer<typeof pushSchema>;
