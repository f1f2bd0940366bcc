import { z } from "zod";

/** JSON turns NaN into null without a word, and a NaN loss is the point that matters most. So: spelled out. */
export const valueSchema = z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"])]);
export type JsonValue = z.infer<typeof valueSchema>;

/** A measured double as JSON can carry it. */
export function toJsonValue(value: number): JsonValue {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}

/** The double that `toJsonValue` spelled. */
export function fromJsonValue(value: JsonValue): number {
  return typeof value === "number" ? value : Number(value);
}
