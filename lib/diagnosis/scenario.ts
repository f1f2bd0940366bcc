import { normalNoise } from "#lib/core/index.ts";
import type { Observation } from "./observation.ts";

/**
 * Curves for tests in a line of text. Words are separated by blanks, one or more points each:
 *
 *     2.5                one point            2.0-0.01x50        50 points from 2.0, falling by 0.01
 *     nan  inf  -inf     as a log prints it   2.0-0.01x50~0.1    the same with noise of deviation 0.1
 *     _  _x5             nothing logged       3x200^1.5/20       200 points of 3, swinging ±1.5 with a period of 20
 *     8/0.3x400          400 points of 8 · i^−0.3, i counting from 1; may carry noise and swing too
 *
 * Series are laid side by side, point i at step `from + i·every`; noise is the same every time.
 */
export function scenario(series: Record<string, string>, options: Partial<ScenarioOptions> = {}): Observation[] {
  const { from = 1, every = 1, attempt = 0, msPerStep = null } = options;
  const columns = Object.entries(series).map(([name, text], i) => [name, points(text, i + 1)] as const);
  const length = Math.max(...columns.map(([, values]) => values.length));
  return Array.from({ length }, (_, i) => ({
    step: from + i * every,
    at: msPerStep === null ? Number.NaN : 1.7e12 + i * every * msPerStep,
    attempt,
    values: columns.flatMap(([name, values]) => {
      const value = values[i];
      return value === undefined || value === null ? [] : [[name, value] as const];
    }),
  }));
}

export type ScenarioOptions = { from: number; every: number; attempt: number; msPerStep: number | null };

const WORD =
  /^(?<start>-?[\d.]+(?:e-?\d+)?)(?:\/(?<power>[\d.]+))?(?<slope>[+-][\d.]+(?:e-?\d+)?)?(?:x(?<count>\d+))?(?:~(?<noise>[\d.]+))?(?:\^(?<swing>[\d.]+)\/(?<period>\d+))?$/;

function points(text: string, seed: number): (number | null)[] {
  const noise = normalNoise(seed);
  return text
    .trim()
    .split(/\s+/)
    .flatMap((word) => {
      const plain = /^(nan|inf|-inf|_)(?:x(\d+))?$/.exec(word);
      if (plain) {
        const value = { nan: Number.NaN, inf: Infinity, "-inf": -Infinity, _: null }[plain[1]!]!;
        return Array.from({ length: Number(plain[2] ?? 1) }, () => value ?? null);
      }
      const parts = WORD.exec(word)?.groups;
      if (parts === undefined) throw new Error(`"${word}" is no word of a scenario`);
      const start = Number(parts.start);
      const power = Number(parts.power ?? 0);
      return Array.from({ length: Number(parts.count ?? 1) }, (_, i) => {
        const trend = start * (i + 1) ** -power + Number(parts.slope ?? 0) * i;
        const swing = Number(parts.swing ?? 0) * Math.sin((2 * Math.PI * i) / Number(parts.period ?? 1));
        return trend + swing + Number(parts.noise ?? 0) * noise();
      });
    });
}
