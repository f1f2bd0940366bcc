import { z } from "zod";
import { CONFIG_LIMITS, type Config } from "#lib/protocol/index.ts";
import { MAY_ANNOUNCE, readAnnouncement } from "./announced.ts";
import { keyedSchema, openKeyed, readDotted, readKeyed } from "./keyed.ts";
import { literalSchema, openLiteral, readLiteral } from "./literal.ts";
import { type ConfigValue, isKeepable, type Sink } from "./values.ts";

/**
 * Recognises the arguments that programs print before they train, in a log's lines as they come: calls and literals of Python,
 * JSON, lists of `key: value` or dotted lines, and single announcements. A block that does not say what it is counts once it
 * has shown enough names of hyperparameters; one that shows a measured loss is a record, and let go.
 */
const blockSchema = z.object({
  form: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("literal"), literal: literalSchema }),
    z.object({ kind: z.literal("keyed"), keyed: keyedSchema }),
  ]),
  /** Names of hyperparameters that are still to be seen before the block is believed; −1 when its head says what it is. */
  doubts: z.int(),
  /** What a block that is not believed yet has told. */
  pending: z.array(z.tuple([z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])])).max(24),
  lines: z.int(),
});
type Block = z.infer<typeof blockSchema>;

export const captureStateSchema = z.object({
  block: blockSchema.nullable(),
  /** Characters that may still be told. */
  left: z.int(),
});
export type CaptureState = z.infer<typeof captureStateSchema>;

export const initialCapture = (): CaptureState => ({ block: null, left: ALL_CHARS });

/** A log that is restarted prints its arguments again: so often, at the full size of a config, they are heard. */
const ALL_CHARS = 4 * CONFIG_LIMITS.chars;
const PENDING = { pairs: 24, chars: 1000 };
const MAX_LINES = 2000;
/** A single line that tells a setting is no longer than this. */
const LONGEST_TOLD = 500;
const DOUBTS = { named: -1, literal: 2, headed: 1, bare: 3 };

const NAMED = /(?:Namespace|Arguments|Args|Config|config|hparams)\s?[({]/;
const CALL = /[A-Za-z_]\w{0,60}\($/;
const HEADER = /\b(?:config(?:uration)?|arguments|args|hparams|hyper-?parameters|settings)\b[^:]{0,60}:$/i;
const MEGATRON = /-{3,} arguments -{3,}$/;
const RULED = /^-{3,} end of .{0,40}-{3,}$/;
/** A one-line literal is looked at when it has one of these or says what it is (`NAMED`); records of every step have none. */
const TELLING =
  /batch_size|weight_decay|warmup|optimizer|max_steps|max_iters|n_layer|hidden_size|lora_|grad_clip|(?:Namespace|Arguments|Args|Config|config|hparams)\s?[({]/;
const PREFIX = /^(?:\[(?:rank|default)?\d{1,5}\]:?|\d{1,4}:)\s?/;
const KNOWN =
  /^(?:learning_rate|(?:max_|min_|peak_)?lr|lr_.*|optim(?:izer)?(?:_.*)?|adam_.*|betas?\d?|beta_\d|eps(?:ilon)?|weight_decay|.*batch_size.*|.*warmup.*|(?:max_|train_|num_train_)(?:steps|iters)|(?:num_|max_|num_train_)?epochs|gradient_.*|grad_clip|clip_grad.*|lora_.*|adapter|base_model|model_name_or_path|fp16|bf16|precision|mixed_precision|(?:torch_)?dtype|hidden_size|num_hidden_layers|num_layers|n_layers?|n_embd|n_heads?|num_attention_heads|vocab_size|block_size|seq_len(?:gth)?|max_seq_len.*|seed|train_iters|dropout)(?:\[\d\])?$/;
const MEASURED = /(?:^|[_/.])loss$|^(?:global_)?step$|^iter(?:ation)?$|^epoch$/;
const BARE =
  /^(?:learning_rate|lr|batch_size|micro_batch_size|base_model|model|model_name_or_path|optimizer|optim|output_dir|run_name|num_train_epochs|epochs|max_steps|per_device_train_batch_size|seed)\s?[:=] ?\S?/;

export class ConfigCapture {
  readonly #state: CaptureState;
  #learnt = new Map<string, ConfigValue>();

  constructor(state: CaptureState = initialCapture()) {
    this.#state = state;
  }

  /**
   * Takes the next line, without its terminator and terminal escapes.
   *
   * @param isRecord it was read as a measurement: unless it is a whole literal it then tells no setting, and costs nothing
   */
  push(line: string, isRecord = false): void {
    const { block } = this.#state;
    if (block === null) {
      if (this.#state.left > 0) this.#look(line, isRecord);
      return;
    }
    const text = PREFIX.test(line) ? line.replace(PREFIX, "") : line;
    if (++block.lines > MAX_LINES || !this.#goOn(block, text)) {
      this.#state.block = null;
      this.#look(line, isRecord);
    }
  }

  /** What was learnt since the last take; null when nothing. */
  take(): Config | null {
    if (this.#learnt.size === 0) return null;
    const learnt = Object.fromEntries(this.#learnt);
    this.#learnt = new Map();
    return learnt;
  }

  /** JSON-able and below 4 kB. What was learnt but not taken is not in it. */
  state(): CaptureState {
    return this.#state;
  }

  /** Whether a line opens a block or is one by itself; decided by its last character, for nearly every line does neither. */
  #look(line: string, isRecord: boolean): void {
    switch (line.charCodeAt(line.length - 1)) {
      case 40: // (
        if (CALL.test(line.slice(-80))) this.#openLiteral(line, line.length, NAMED.test(line));
        return;
      case 123: // {
        this.#openLiteral(line, line.length, NAMED.test(line.slice(-80)));
        return;
      case 41: // )
      case 44: // ,
      case 125: // }
        // A Trainer's record opens with its loss: the commonest line there is, and never a config.
        if (isRecord && line.startsWith("{'loss'")) return;
        if (line.length > 8 && TELLING.test(line)) {
          this.#openInside(line);
          return;
        }
        break;
      case 58: // :
        if (HEADER.test(line.slice(-120))) this.#open({ kind: "keyed", keyed: openKeyed() }, DOUBTS.headed);
        return;
      case 45: // -
        if (MEGATRON.test(line.slice(-80))) this.#open({ kind: "keyed", keyed: openKeyed() }, DOUBTS.named);
        return;
    }
    if (isRecord || line.length > LONGEST_TOLD) return;
    if (MAY_ANNOUNCE.test(line) && readAnnouncement(line, this.#sink(null))) return;
    if (BARE.test(line) || (line.includes(" ....") && readDotted(line) !== null)) {
      this.#open({ kind: "keyed", keyed: openKeyed() }, DOUBTS.bare);
      this.#goOnOrClose(line);
    }
  }

  /** A literal that begins somewhere in the line and may end in it. */
  #openInside(line: string): void {
    // Inside an object's texts a name means nothing.
    const named = line.startsWith("{") ? null : NAMED.exec(line);
    const start = named === null ? line.indexOf("{") + 1 : named.index + named[0].length;
    if (start === 0) return;
    this.#openLiteral(line, start, named !== null);
  }

  #openLiteral(line: string, start: number, isNamed: boolean): void {
    this.#open({ kind: "literal", literal: openLiteral() }, isNamed ? DOUBTS.named : DOUBTS.literal);
    if (start < line.length) this.#goOnOrClose(line, start);
  }

  #open(form: Block["form"], doubts: number): void {
    this.#state.block = { form, doubts, pending: [], lines: 0 };
  }

  #goOnOrClose(line: string, start = 0): void {
    if (!this.#goOn(this.#state.block!, line, start)) this.#state.block = null;
  }

  /** False when the block does not go on in this line; true keeps it open, also when it has ended for good reason. */
  #goOn(block: Block, line: string, start = 0): boolean {
    const sink = this.#sink(block);
    const { form } = block;
    if (form.kind === "keyed") {
      if (RULED.test(line)) this.#state.block = null;
      else if (!readKeyed(form.keyed, line, sink)) return false;
    } else {
      const end = readLiteral(form.literal, line, start, sink);
      if (end !== -1) this.#state.block = null;
    }
    if (block.doubts >= REJECTED) this.#state.block = null;
    return true;
  }

  /** Where the pairs of a block go: to what is learnt, or to what waits until the block is believed. */
  #sink(block: Block | null): Sink {
    return (key, value) => {
      if (block === null || block.doubts < 0) {
        this.#learn(key, value);
        return;
      }
      if (block.doubts >= REJECTED) return;
      const last = key.slice(key.lastIndexOf(".") + 1);
      if (typeof value === "number" && MEASURED.test(last)) block.doubts = REJECTED;
      else if (block.doubts <= 0) {
        this.#learn(key, value);
        return;
      } else if (KNOWN.test(last) && !block.pending.some(([told]) => told === key)) block.doubts -= 1;
      if (block.doubts >= REJECTED) return;
      block.pending.push([key, value]);
      if (block.doubts <= 0) {
        for (const [told, was] of block.pending) this.#learn(told, was);
        block.pending = [];
      } else if (isFull(block.pending)) block.doubts = REJECTED;
    };
  }

  #learn(key: string, value: ConfigValue): void {
    if (!isKeepable(key, value)) return;
    const chars = key.length + (typeof value === "string" ? value.length : 8);
    if (chars > this.#state.left || (this.#learnt.size >= CONFIG_LIMITS.keys && !this.#learnt.has(key))) return;
    this.#state.left -= chars;
    this.#learnt.set(key, value);
  }
}

/** A number of doubts that no block gets over. */
const REJECTED = 1000;

function isFull(pending: Block["pending"]): boolean {
  if (pending.length >= PENDING.pairs) return true;
  let chars = 0;
  for (const [key, value] of pending) chars += key.length + (typeof value === "string" ? value.length : 8);
  return chars > PENDING.chars;
}
