/** Roughly normal, deviation 1, the same sequence for the same seed. */
export function normalNoise(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  for (let i = 0; i < 8; i++) uniform();
  return () =>
    uniform() +
    uniform() +
    uniform() +
    uniform() +
    uniform() +
    uniform() +
    uniform() +
    uniform() +
    uniform() +
    uniform() +
    uniform() +
    uniform() -
    6;
}
