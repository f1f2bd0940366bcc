import fc from "fast-check";
import { expect, test } from "vitest";
import { parseFraction, parseNumber, plainEnd, scanNumber, scanPlain } from "./numbers.ts";

test.each([
  ["2.5", 2.5],
  ["+1.00e-06", 1e-6],
  ["1.234E+01", 12.34],
  ["516.", 516],
  [".5", 0.5],
  ["'3.487e-05'", 3.487e-5],
  ['"12,500"', 12500],
  ["1,234,567", 1234567],
  ["1.2k", 1200],
  ["3M", 3e6],
  ["1.258B", 1.258e9],
  ["402.1T", 402.1e12],
  ["12.5kit", 12500],
  ["10.2GB", 10.2],
  ["12345MiB", 12345],
  ["1384.51ms", 1384.51],
  ["41.2%", 41.2],
  ["-100.00%", -100],
  ["1.2M tok/s", 1.2e6],
  ["nan", Number.NaN],
  ["NAN", Number.NaN],
  ["nan.0", Number.NaN],
  ["nanms", Number.NaN],
  ["+nanz", Number.NaN],
  ["inf.0", Infinity],
  ["-inf.", -Infinity],
  ["+Inf", Infinity],
  ["-Infinity", -Infinity],
  ["1e400", Infinity],
  ["tensor(1.05, device='cuda:0')", 1.05],
  ["array(nan, dtype=float32)", Number.NaN],
  ["np.float32(9.8)", 9.8],
  ["[5e-05, 4e-05]", 5e-5],
  ["[(0.9, 0.95)]", 0.9],
])("%s is %d", (text, value) => {
  expect(parseNumber(text)).toBe(value);
});

test.each([
  "",
  "-",
  "n/a",
  "N/A",
  "NA",
  "None",
  "null",
  "<1s",
  "node-12",
  "0x1f",
  "1_000",
  "01:02:03",
  "2025-09-01",
  "1.2.3",
  "5m 28s",
  "1 day, 11:14:26",
  "info",
  "nancy",
  "infinite",
])("%j is no number", (text) => {
  expect(parseNumber(text)).toBeNull();
});

test("a number ends after its unit, and memory's letters do not multiply", () => {
  expect(scanNumber("x=12.5GB, y", 2)).toEqual({ value: 12.5, end: 8 });
  expect(scanNumber("2030M", 0, false)).toEqual({ value: 2030, end: 5 });
  expect(scanNumber("1, 2", 0)).toEqual({ value: 1, end: 1 });
});

test("a fraction is two whole numbers", () => {
  expect(parseFraction("1,050 / 5,000")).toEqual({ count: 1050, total: 5000 });
  expect(parseFraction("1.5/2")).toBeNull();
});

test("plain numbers are read to the last bit as the language reads them, and others are left to the careful way", () => {
  const written = fc
    .tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 0, max: 17 }), fc.nat(4))
    .map(
      ([x, digits, way]) =>
        [
          String(x),
          x.toExponential(digits),
          x.toPrecision(digits + 1),
          (x % 1e6).toFixed(digits),
          `0.0000${String(x).replace(/\D/g, "").slice(0, digits)}`,
        ][way]!,
    );
  fc.assert(
    fc.property(written, (text) => {
      const value = scanPlain(`${text},`, 0);
      if (!Number.isNaN(value)) expect([value, plainEnd()]).toEqual([Number(text), text.length]);
    }),
    { numRuns: 5000 },
  );
  expect(["5e-05,", "-12.5}", "1.", "007"].map((text) => scanPlain(text, 0))).toEqual([5e-5, -12.5, 1, 7]);
  expect(scanPlain("0.000049999750000001", 0)).toBe(0.000049999750000001);
  expect(scanPlain("9007199254740991", 0)).toBe(9007199254740991);
  for (const text of ["", "-", ".5", "nan", "e5", "1e", "1e+", "1e999", "9007199254740993", "1".repeat(400)])
    expect(scanPlain(text, 0), text).toBeNaN();
});
