/** Scores of statements against the truth. */
export type Judged = { truth: string; said: string };

/** F1 of every class that the truth has, averaged: classes count the same however rare. */
export function macroF1(judged: readonly Judged[]): number {
  const classes = [...new Set(judged.map(({ truth }) => truth))];
  const scores = classes.map((name) => {
    const hits = judged.filter(({ truth, said }) => truth === name && said === name).length;
    const wrong = judged.filter(({ truth, said }) => (truth === name) !== (said === name)).length;
    return (2 * hits) / (2 * hits + wrong);
  });
  return scores.reduce((a, b) => a + b, 0) / classes.length;
}

/** Three digits: what a table shows and a floor is compared with. */
export const rounded = (value: number): number => Math.round(value * 1000) / 1000;
