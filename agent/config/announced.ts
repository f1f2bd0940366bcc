import { type Sink, wordValue } from "./values.ts";

/** Single lines that tell a setting: what trainers announce before they begin, sizes of models, names of devices. */
type Announcement = { pattern: RegExp; tell: (sink: Sink, match: RegExpExecArray) => void };

/** Whether a line may be one of them: cheap, for every line of a log is asked. */
export const MAY_ANNOUNCE =
  /arams?\b|arameter|Overriding: |Num Ep|Num ex|atch size|ccumulation steps|zation steps|per iteration|CUDA/;

/** In a run limited by steps the Hugging Face Trainer announces as many epochs as a number can hold. */
const MOST_EPOCHS = 1e6;

const number = (text: string | undefined): number => Number((text ?? "").replaceAll(",", ""));
const counted =
  (name: string): Announcement["tell"] =>
  (sink, match) =>
    sink(name, number(match[1]));

const ANNOUNCEMENTS: readonly Announcement[] = [
  {
    pattern: /trainable params: ([\d,]{1,24}) \|\| all params: ([\d,]{1,24})/,
    tell(sink, match) {
      sink("trainable_params", number(match[1]));
      sink("all_params", number(match[2]));
    },
  },
  // Of one rank of many: not the model's.
  {
    pattern: /number of parameters on \(tensor, pipeline\)[^:]{0,60}: ([\d,]{1,24})/,
    tell: counted("parameters_of_rank"),
  },
  {
    pattern: /(?:^|[^n]\s)[Nn]umber of (?:model )?param(?:eter)?s: ?([\d,.]{1,24}) ?([KMBT]\b)?/,
    tell: (sink, match) => sink("number_of_parameters", scaled(match[1], match[2])),
  },
  { pattern: /Number of trainable parameters = ([\d,]{1,24})/, tell: counted("trainable_params") },
  { pattern: /size: ([\d,]{1,24}) total parameters/, tell: counted("number_of_parameters") },
  { pattern: /Total params: ?([\d,]{1,24})/, tell: counted("number_of_parameters") },
  { pattern: /Trainable params: ?([\d,]{1,24})/, tell: counted("trainable_params") },
  {
    pattern: /([\d.]{1,12}) ?([KMBT]) {1,12}(Total|Trainable) params/,
    tell: (sink, match) =>
      sink(match[3] === "Total" ? "number_of_parameters" : "trainable_params", scaled(match[1], match[2])),
  },
  { pattern: /num decayed parameter tensors: \d/, tell: (sink) => sink("decay_norm_and_bias", false) },
  { pattern: /Overriding: ([A-Za-z_]\w{0,60}) = (.{1,200})/, tell: (sink, match) => overridden(sink, match) },
  { pattern: /Num examples = ([\d,]{1,24})/, tell: counted("num_examples") },
  {
    pattern: /Num Epochs = ([\d,]{1,24})/,
    tell(sink, match) {
      if (number(match[1]) <= MOST_EPOCHS) sink("num_train_epochs", number(match[1]));
    },
  },
  { pattern: /batch size per device = ([\d,]{1,24})/, tell: counted("per_device_train_batch_size") },
  { pattern: /Total train batch size \([^)]{0,80}\) = ([\d,]{1,24})/, tell: counted("total_train_batch_size") },
  { pattern: /Gradient Accumulation steps = ([\d,]{1,24})/, tell: counted("gradient_accumulation_steps") },
  { pattern: /Total optimization steps = ([\d,]{1,24})/, tell: counted("total_optimization_steps") },
  { pattern: /tokens per iteration will be: ([\d,]{1,24})/, tell: counted("tokens_per_iteration") },
  {
    pattern: /CUDA (?:device \('|capacity: )([\w -]{3,60}?)(?:'| with )/,
    tell: (sink, match) => sink("device_name", match[1]!),
  },
];

/** Tells what a line announces; false when nothing. */
export function readAnnouncement(line: string, sink: Sink): boolean {
  for (const { pattern, tell } of ANNOUNCEMENTS) {
    const match = pattern.exec(line);
    if (match === null) continue;
    tell(sink, match);
    return true;
  }
  return false;
}

const SCALE: Record<string, number> = { K: 1e3, M: 1e6, B: 1e9, T: 1e12 };

const scaled = (digits: string | undefined, unit: string | undefined): number =>
  Math.round(number(digits) * (SCALE[unit ?? ""] ?? 1));

function overridden(sink: Sink, match: RegExpExecArray): void {
  sink(match[1]!, wordValue(match[2]!.trim().replace(/^(['"])(.*)\1$/, "$2")));
}
