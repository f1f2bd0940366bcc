export const SCHEDULES = ["const", "cosine", "cosine10", "linear", "wsd", "rsqrt", "step"] as const;

export type Schedule = (typeof SCHEDULES)[number];

/** The share of the peak rate at a step (from 0), after a linear warm-up over a share of all steps. */
export function rateShare(schedule: Schedule, step: number, steps: number, warmup: number): number {
  const rising = Math.floor(warmup * steps);
  if (step < rising) return (step + 1) / rising;
  const done = (step - rising) / Math.max(1, steps - rising);
  switch (schedule) {
    case "const":
      return 1;
    case "cosine":
      return 0.5 * (1 + Math.cos(Math.PI * done));
    case "cosine10":
      return 0.1 + 0.45 * (1 + Math.cos(Math.PI * done));
    case "linear":
      return 1 - done;
    case "wsd":
      return done < 0.8 ? 1 : (1 - done) / 0.2;
    case "rsqrt": {
      const start = Math.max(rising, steps / 20);
      return Math.sqrt(start / (start + step - rising));
    }
    case "step":
      return 0.1 ** (Number(done >= 0.5) + Number(done >= 0.8));
  }
}
