import type { LogLine } from "#lib/protocol/index.ts";

/** A path that a program says it has saved its state to. */
const SAVED = /\b(?:sav(?:ed|ing)|wrote|writing)\b.*?\bcheckpoint\b[^\w/~.]*(?:to|at|as|in)?[^\w/~.]*(\S+)/i;
/** The Trainer's folder, which it resumes from. */
const TRAINER_FOLDER = /^\S*\bcheckpoint-\d+(?=\/|$)/;
const LOOKS_LIKE_PATH = /[/\\]|\.(?:pt|pth|ckpt|bin|safetensors|npz|pkl|h5|keras)$|checkpoint[-_]\d|[-_]\d+$/i;

export type Checkpoint = {
  path: string;
  /** What the program takes to go on from there; null where it is not known how. */
  resume: string | null;
};

/** The newest checkpoint that the lines tell of; null when none does. `format` names the program. */
export function lastCheckpoint(lines: readonly Pick<LogLine, "text">[], format: string | null): Checkpoint | null {
  for (const { text } of [...lines].reverse()) {
    const said = SAVED.exec(text)?.[1]?.replace(/^["'`]+|["'`,;:.)\]]+$/g, "");
    if (said === undefined || !LOOKS_LIKE_PATH.test(said)) continue;
    const folder = format === "hf-trainer" ? TRAINER_FOLDER.exec(said)?.[0] : undefined;
    return folder === undefined
      ? { path: said, resume: null }
      : { path: folder, resume: `--resume_from_checkpoint ${quoted(folder)}` };
  }
  return null;
}

/** As a shell takes it. */
const quoted = (path: string): string => (/^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);
