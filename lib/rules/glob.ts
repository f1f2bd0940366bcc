/**
 * Whether a name is one, or fits a pattern in which `*` stands for any stretch. By hand and without backtracking into
 * earlier stars, so that no pattern costs more than its length times the name's.
 */
export function matchesGlob(pattern: string, name: string): boolean {
  if (!pattern.includes("*")) return pattern === name;
  const parts = pattern.split("*");
  const [first, last] = [parts[0] as string, parts.at(-1) as string];
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
  let from = first.length;
  const end = name.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const at = name.indexOf(part, from);
    if (at < 0 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}
