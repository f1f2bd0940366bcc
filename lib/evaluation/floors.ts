/** Bounds of measured figures: `sweeps.b.f1.2 >= 0.8` as `["sweeps.b.f1.2", ">=", 0.8]`. */
export type Floor = readonly [path: string, relation: ">=" | "<=", bound: number];

export type Checked = { path: string; value: number | null; relation: ">=" | "<="; bound: number; holds: boolean };

/** Every floor whose section was measured, with the figure found; one that is not there does not hold. */
export function checkFloors(figures: Readonly<Record<string, unknown>>, floors: readonly Floor[]): Checked[] {
  return floors
    .filter(([path]) => path.split(".")[0]! in figures)
    .map(([path, relation, bound]) => {
      const value = at(figures, path);
      const holds = value !== null && (relation === ">=" ? value >= bound : value <= bound);
      return { path, value, relation, bound, holds };
    });
}

function at(figures: unknown, path: string): number | null {
  let place = figures;
  for (const key of path.split(".")) {
    if (typeof place !== "object" || place === null) return null;
    place = (place as Record<string, unknown>)[key];
  }
  return typeof place === "number" ? place : null;
}
