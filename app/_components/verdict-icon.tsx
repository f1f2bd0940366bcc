import type { VerdictName } from "#lib/protocol/index.ts";
import { Icon } from "./icon.tsx";
import { VERDICT_ART } from "./verdict-art.tsx";

export function VerdictIcon({ verdict }: { verdict: VerdictName }) {
  return <Icon>{VERDICT_ART[verdict].icon}</Icon>;
}
