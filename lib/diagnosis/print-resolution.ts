/** Decimals a value was printed with, 0 … 12, as far as its shortest spelling tells: 0.850 counts as 0.85. */
export function decimalsOf(value: number): number {
  if (!Number.isFinite(value)) return 0;
  const [digits, exponent = "0"] = String(value).split("e");
  const fraction = digits!.split(".")[1]?.length ?? 0;
  return Math.min(12, Math.max(0, fraction - Number(exponent)));
}
