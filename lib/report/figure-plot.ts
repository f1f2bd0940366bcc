import type { StripScene } from "#lib/charts/index.ts";
import type { Language } from "#lib/protocol/index.ts";

/** The plane that is drawn on, in pixels of the layout. */
export type Plot = { scene: StripScene; width: number; compact: boolean; lang: Language };

/** Where a step lies, in pixels from the left. */
export function xOf({ scene, width }: Plot, step: number): number {
  const { layout, x } = scene;
  const share = (step - x.min) / (x.max - x.min);
  return layout.left + Math.min(1, Math.max(0, share)) * (width - layout.left - layout.right);
}
