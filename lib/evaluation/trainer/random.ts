/** Seeded randomness (sfc32): the same seed gives the same numbers on any machine. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #count = 1;
  #spare: number | null = null;

  /** Seeds are joined, so that `new Random(1, 2)` and `new Random(12)` differ. */
  constructor(...seeds: (number | string)[]) {
    [this.#a, this.#b, this.#c] = hashed(seeds.join("/"));
    for (let i = 0; i < 16; i++) this.#next();
  }

  /** In [0, 1). */
  float(): number {
    return this.#next() / 4294967296;
  }

  /** In 0 … n − 1. */
  int(n: number): number {
    return Math.floor(this.float() * n);
  }

  chance(p: number): boolean {
    return this.float() < p;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(list.length)]!;
  }

  /** Even on the logarithm, both ends positive. */
  between(low: number, high: number): number {
    return low * (high / low) ** this.float();
  }

  normal(): number {
    if (this.#spare !== null) {
      const spare = this.#spare;
      this.#spare = null;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.float()));
    const angle = 2 * Math.PI * this.float();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  normals(count: number, deviation = 1): Float64Array {
    const values = new Float64Array(count);
    for (let i = 0; i < count; i++) values[i] = deviation * this.normal();
    return values;
  }

  /** Student's t with a whole number of degrees of freedom; heavy tails when there are few. */
  studentT(freedom: number): number {
    let squares = 0;
    for (let i = 0; i < freedom; i++) squares += this.normal() ** 2;
    return this.normal() / Math.sqrt(squares / freedom);
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#count) | 0;
    this.#count = (this.#count + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return sum >>> 0;
  }
}

/** FNV-1a from three starting points. */
function hashed(text: string): [number, number, number] {
  const hash = (start: number): number => {
    let h = start;
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619);
    return h | 0;
  };
  return [hash(0x811c9dc5), hash(0x12345678), hash(0x5bd1e995)];
}
