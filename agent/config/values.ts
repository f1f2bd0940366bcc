import { CONFIG_LIMITS, type Config } from "#lib/protocol/index.ts";

export type ConfigValue = Config[string];
/** Takes a pair as it was found. */
export type Sink = (key: string, value: ConfigValue) => void;

/** Names of what must not leave the machine. Tokens are counted in hyperparameters, so `token` alone is a secret, `tokens` not. */
const SECRET =
  /(?:api_?key|access_?key|secret|passw(?:or)?d|passphrase|credential|private_?key|(?:^|[._-])(?:token|auth|key|webhook)$|(?:hub|auth|access|api|hf|wandb|bearer)_?(?:token|key)$)/i;
/** Values that look like a secret whatever they are called: tokens of hubs and clouds, and URLs with a password. */
const SECRET_VALUE =
  /^(?:hf_|sk-|ghp_|gho_|github_pat_|xox[a-z]-|AKIA|eyJ)[\w.-]{8,}|:\/\/[^/\s:@]+:[^/\s@]+@|hooks\.slack\.com/;
/** What is never part of a name: it would come from a text that is no config. */
const STRANGE = /[\u0000-\u0020\u007f]|^__proto__$/;

/** Whether a pair may be kept: its key is one, and it holds no secret. */
export function isKeepable(key: string, value: ConfigValue): boolean {
  if (key === "" || key.length > CONFIG_LIMITS.keyChars || STRANGE.test(key) || SECRET.test(key)) return false;
  return typeof value !== "string" || !SECRET_VALUE.test(value);
}

const NUMBER = /^[-+]?(?:\d{1,20}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][-+]?\d{1,3})?$/;

/** A bare word of Python, JSON or YAML as a value; text keeps what it is, cut to the limit. */
export function wordValue(word: string): ConfigValue {
  const text = word.trim();
  switch (text) {
    case "True":
    case "true":
      return true;
    case "False":
    case "false":
      return false;
    case "None":
    case "null":
    case "~":
    case "":
      return null;
  }
  if (text.length <= 60 && NUMBER.test(text)) {
    const value = Number(text);
    if (Number.isFinite(value)) return value;
  }
  return textOf(text);
}

export function textOf(text: string): string {
  return text.slice(0, CONFIG_LIMITS.textChars).toWellFormed();
}
