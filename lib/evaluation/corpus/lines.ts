import { type LogRecord, QUANTITIES, spelledNumber } from "./records.ts";

/**
 * Formats whose records are lines of text. Keys are the manifest's `format`. A line is told by the first template it
 * contains: `{name}` stands for a number, `…` for anything, a space for any blanks, the rest for itself. Numbers are
 * `loss` (or the manifest's name of the primary metric), `eval`, `rate`, `norm`, `epoch`, `step` and `per`, the steps of
 * an epoch where the step begins anew with each. Step and epoch hold until the next line that has one.
 */
type LineFormat = {
  /** What the step is; `ordinal` counts the records that have a loss. */
  steps: "printed" | "epoch" | "ordinal";
  /** Steps of an epoch, where the step begins anew with each and no line tells. */
  perEpoch?: number;
  lines: string[];
};

const FORMATS: Record<string, LineFormat> = {
  // What trainers of models print.
  "text, pipe-separated key: value lines": {
    steps: "printed",
    lines: ["epoch: {epoch}|step: {step}|…|act_loss: {act_loss}|cri_loss: {cri_loss}|"],
  },
  'text, DeepSpeed log_dist lines + "ppl:" lines': {
    steps: "printed",
    lines: ["step={step}, skipped=…, lr=[{rate},", "ppl: {ppl}"],
  },
  // An epoch has ten lines, the last with 1000 iterations.
  'text, "(epoch: N, iters: M) D: a, b | G: ... | Cyc: ..." lines': {
    steps: "printed",
    perEpoch: 1000,
    lines: ["(epoch: {epoch}, iters: {step}, … | G: {G},… | Cyc: {Cyc},"],
  },
  "fairseq progress lines": {
    steps: "printed",
    lines: [
      "| epoch {epoch} {step} / {per} loss={loss} …, lr={rate}, …, gnorm={norm}",
      "| epoch {epoch} | valid on 'valid' subset | valid loss {eval} |",
    ],
  },
  "OpenNMT report lines": {
    steps: "printed",
    lines: [
      "Step {step}/…; acc: …; ppl: {ppl}; xent: {xent}; lr: {rate};",
      // One log lost its first letter.
      "poch {epoch}, {step}/{per}; acc: …; ppl: {ppl}; xent: {xent};",
      "poch {epoch}, {step}/{per}; acc: …; ppl: {ppl};",
    ],
  },
  'text "Iter N: Train loss x, ..."': {
    steps: "printed",
    lines: ["Iter {step}: Train loss {loss}, Learning Rate {rate},", "Iter {step}: Val loss {eval},"],
  },
  'text "iter N: loss x, time, mfu"': {
    steps: "printed",
    lines: ["iter {step}: loss {loss},", "step {step}: train loss …, val loss {eval}"],
  },
  'text "iter N step M: loss x"': { steps: "printed", lines: ["iter {step} step …: loss {loss},"] },
  'ppocr key: value lines; NaN printed as "nanxxx"': {
    steps: "printed",
    lines: ["epoch: [{epoch}/…], global_step: {step}, lr: {rate},…, loss: {loss},"],
  },
  "mmcv text log": { steps: "printed", lines: ["Epoch [{epoch}][{step}/{per}] lr: {rate},…, loss: {loss}"] },
  "d2.utils.events lines": { steps: "printed", lines: ["iter: {step} total_loss: {loss} … lr: {rate} "] },
  'BigDL DistriOptimizer lines; inf printed as "Infinity"': {
    steps: "printed",
    lines: ["[Epoch {epoch} …][Iteration {step}]… Loss is {loss}. Current learning rate is {rate}."],
  },
  "Caffe glog solver lines": {
    steps: "printed",
    lines: [
      "Iteration {step}, loss = {loss}",
      "Iteration {step}, lr = {rate}",
      "Iteration {step}, Testing net",
      "Test score #1: {eval}",
    ],
  },
  'TF-slim "global step N: loss = x"': { steps: "printed", lines: ["global step {step}: loss = {loss} "] },
  "ScoreIterationListener lines": { steps: "printed", lines: ["Score at iteration {step} is {score}"] },
  "text, Keras verbose lines": {
    steps: "epoch",
    lines: ["Epoch {epoch}/", "- loss: {loss} - acc: … - val_loss: {eval} -"],
  },
  'text "[N] eval-logloss:x train-logloss:y"': {
    steps: "printed",
    lines: ["[{step}] eval-logloss:{eval} train-logloss:{loss}"],
  },
  // What people print themselves.
  text: {
    steps: "printed",
    lines: [
      "Epoch {epoch} - Batch {step}/{per} - … - Training Loss {loss}",
      "Epoch {step}: train loss {loss} train acc: …, val loss: {eval} val acc",
    ],
  },
  'tqdm line with "Running loss: x"': { steps: "printed", lines: ["| {step}/…]Running loss: {loss}"] },
  'tqdm line with "Loss: x"': { steps: "printed", lines: ["Epoch {epoch}, Step …, Loss: {loss}: …| {step}/"] },
  'text "step N loss = x"': { steps: "printed", lines: ["step {step} loss = {loss},"] },
  "text key value columns": { steps: "printed", lines: ["Iter: [{step}/… loss_total {loss} "] },
  'text "Epoch: [n][i/N] ... Err x"': {
    steps: "printed",
    lines: ["Epoch: [{epoch}][{step}/{per}] … Err {Err} … LR {rate} "],
  },
  'text "Loss nan LearningRate ..."': {
    steps: "printed",
    lines: ["Loss {loss} LearningRate {rate} Epoch: {epoch} Global Step: {step} "],
  },
  "bracketed timestamp lines": {
    steps: "epoch",
    lines: [
      "Training epoch: {epoch}",
      "Eval epoch: {epoch}",
      "Iter … Done. | loss: {loss} | lr: {rate}",
      "mean_loss: {loss}",
    ],
  },
  "text blocks per epoch": { steps: "epoch", lines: ["Epoch {epoch}:", "Train loss {loss}", "Valid loss: {eval}"] },
  "pandas-style blocks": {
    steps: "epoch",
    lines: ["TRAIN EPOCH {epoch}:", "Val epoch {epoch} has acc … and loss {eval}", "loss {loss}"],
  },
  'text "Epoch=N,Loss:x,...,Valid Loss:y"': {
    steps: "epoch",
    lines: ["Epoch={epoch},Loss:{loss},…,Valid Loss:{eval},"],
  },
  'text "Epoch N, Loss: x, ValLoss: y"': { steps: "epoch", lines: ["Epoch {epoch}, Loss: {loss}, ValLoss: {eval}"] },
  'dated lines "[epoch] loss: x"': { steps: "epoch", lines: ["[{epoch}] loss: {loss},"] },
  'text "epoch: N; loss: x"': { steps: "epoch", lines: ["epoch: {epoch}; loss: {loss}"] },
  'log lines "Loss: x"': { steps: "ordinal", lines: ["Epoch {epoch} complete … Loss: {loss}"] },
  'log lines "TD LOSS: x"': { steps: "ordinal", lines: ["TD LOSS: {loss}"] },
  'text "loss: x step took y"': { steps: "ordinal", lines: ["loss: {loss} step took"] },
  "one number per line": { steps: "ordinal", lines: ["{loss}"] },
};

/** The records of a file, or null when its format is not told by lines. */
export function lineRecords(format: string, text: string, primary: string): LogRecord[] | null {
  const found = FORMATS[format];
  if (found === undefined) return null;
  const { steps, perEpoch, lines } = found;
  const patterns = lines.map(patternOf);
  // A primary metric such as `G[0]` is the first number of its list.
  const lossName = primary.replace(/\[0\]$/, "");
  const last = { epoch: 0, step: 0, ordinal: 0 };
  return text.split("\n").flatMap((line) => {
    const numbers = numbersOf(line, patterns);
    if (numbers === null) return [];
    const { step, per = perEpoch } = numbers;
    const loss = numbers[lossName] ?? numbers.loss;
    if (numbers.epoch !== undefined) last.epoch = numbers.epoch;
    if (step !== undefined) last.step = per === undefined ? step : (last.epoch - 1) * per + step;
    if (loss !== undefined) last.ordinal += 1;
    const values = Object.entries({ ...numbers, loss }).flatMap(([name, value]): LogRecord["values"] =>
      name in QUANTITIES && value !== undefined ? [[QUANTITIES[name as keyof typeof QUANTITIES], value]] : [],
    );
    if (values.every(([name]) => name === QUANTITIES.epoch)) return [];
    return [{ step: { printed: last.step, epoch: last.epoch, ordinal: last.ordinal }[steps], values }];
  });
}

function numbersOf(line: string, patterns: RegExp[]): Record<string, number> | null {
  for (const pattern of patterns) {
    const groups = pattern.exec(line)?.groups;
    if (groups === undefined) continue;
    return Object.fromEntries(Object.entries(groups).map(([name, text]) => [name, spelledNumber(text)]));
  }
  return null;
}

const NUMBER = String.raw`[-+]?(?:\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|nan\w*|NaN|inf|Infinity)`;

function patternOf(template: string): RegExp {
  const source = template
    .replace(/[[\]().|$+*?]/g, "\\$&")
    .replace(/ +/g, "\\s+")
    .replaceAll("…", ".*?")
    .replace(/\{(\w+)\}/g, (_, name) => `(?<${name}>${NUMBER})`);
  return new RegExp(source);
}
