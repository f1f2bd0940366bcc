/**
 * c += a·b, row-major: c is m × n, b is k × n, a is m × k, or k × m when it is to be read transposed. Two rows by four terms at
 * a time, which is what V8 turns into the fewest loads.
 */
export function addProduct(
  c: Float64Array,
  a: Float64Array,
  b: Float64Array,
  m: number,
  k: number,
  n: number,
  transposed = false,
): void {
  const row = transposed ? 1 : k;
  const col = transposed ? m : 1;
  let i = 0;
  for (; i + 1 < m; i += 2) {
    const c0 = i * n;
    const c1 = c0 + n;
    let p = 0;
    for (; p + 3 < k; p += 4) {
      const at = i * row + p * col;
      const a00 = a[at]!;
      const a01 = a[at + col]!;
      const a02 = a[at + 2 * col]!;
      const a03 = a[at + 3 * col]!;
      const a10 = a[at + row]!;
      const a11 = a[at + row + col]!;
      const a12 = a[at + row + 2 * col]!;
      const a13 = a[at + row + 3 * col]!;
      const b0 = p * n;
      const b1 = b0 + n;
      const b2 = b1 + n;
      const b3 = b2 + n;
      for (let j = 0; j < n; j++) {
        const x0 = b[b0 + j]!;
        const x1 = b[b1 + j]!;
        const x2 = b[b2 + j]!;
        const x3 = b[b3 + j]!;
        c[c0 + j]! += a00 * x0 + a01 * x1 + a02 * x2 + a03 * x3;
        c[c1 + j]! += a10 * x0 + a11 * x1 + a12 * x2 + a13 * x3;
      }
    }
    for (; p < k; p++) {
      const at = i * row + p * col;
      const a0 = a[at]!;
      const a1 = a[at + row]!;
      const b0 = p * n;
      for (let j = 0; j < n; j++) {
        const x = b[b0 + j]!;
        c[c0 + j]! += a0 * x;
        c[c1 + j]! += a1 * x;
      }
    }
  }
  if (i === m) return;
  const c0 = i * n;
  for (let p = 0; p < k; p++) {
    const x = a[i * row + p * col]!;
    const b0 = p * n;
    for (let j = 0; j < n; j++) c[c0 + j]! += x * b[b0 + j]!;
  }
}

let scratch = new Float64Array(4096);

/** The transpose of a rows × cols matrix, in a buffer that the next call overwrites. */
export function transposed(x: Float64Array, rows: number, cols: number): Float64Array {
  if (scratch.length < rows * cols) scratch = new Float64Array(2 * rows * cols);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) scratch[j * rows + i] = x[i * cols + j]!;
  return scratch;
}
