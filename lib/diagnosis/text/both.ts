import type { Localised } from "#lib/protocol/index.ts";

/**
 * Every sentence the diagnosis says, in each language, after design/README.md §12: fact, number, advice. A number that is
 * not known leaves its clause out. `null` for a learning rate means that the log does not tell it. One file per subject.
 */
export const both = (en: string, zh: string): Localised => ({ en, "zh-CN": zh });

export type Sentence = { reason: Localised; advice: Localised };
