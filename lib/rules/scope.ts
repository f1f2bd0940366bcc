import type { UserRule } from "#lib/protocol/index.ts";

/** Whether a rule is for a run: all that its scope names must fit. */
export function isInScope(
  { scope }: Pick<UserRule, "scope">,
  run: { id: string; project: string | null; tags: readonly string[] },
): boolean {
  if (scope.run !== undefined && scope.run !== run.id) return false;
  if (scope.project !== undefined && scope.project !== run.project) return false;
  return scope.tag === undefined || run.tags.includes(scope.tag);
}
