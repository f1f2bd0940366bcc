import { workerData } from "node:worker_threads";
import type { RunSnapshot } from "#lib/alerts/index.ts";
import type {
  Condition,
  Config,
  DiagnosisView,
  FileIdentity,
  Finding,
  Mute,
  RuleDraft,
  RuleEdit,
  RunState,
} from "#lib/protocol/index.ts";
import {
  type AppendBatch,
  type AppendResult,
  openSqliteIngest,
  type RunAppend,
  type RunEdit,
  type SpoolHello,
} from "#lib/store/index.ts";
import { Alarms, type IncidentAct } from "../alarms.ts";
import { Judge, type Told } from "../judge.ts";
import { Pushes } from "../push/pushes.ts";
import { RuleDesk } from "../rule-desk.ts";
import type { Glance } from "../ticks.ts";
import { serve } from "./rpc.ts";

/**
 * The writer thread: the only thing that writes. Batches that arrive during a commit are taken together by the next one; no
 * timer stands between arrival and commit. The diagnosis follows each commit, after the acknowledgements have left.
 */
/** Points travel only for runs that somebody looks at; of the others it is told that they grew. */
export type Committed = RunAppend & { withPoints: boolean };
export type WriterEvent =
  | { kind: "committed"; runs: Committed[] }
  /** `isNews`: there may be somebody to tell. */
  | { kind: "judged"; run: string; view: DiagnosisView; findings: Finding[]; isNews: boolean };

const BATCHES_PER_COMMIT = 64;
/** A run's view is sent on at most this often, unless it has something new to say. */
const VIEW_EVERY_MS = 250;

const { folder, channels } = workerData as { folder: string; channels: string[] };
const ingest = await openSqliteIngest({ folder });
const alarms = new Alarms(ingest, channels, Date.now);
const judge = new Judge(ingest, alarms, Date.now);
await ingest.releaseOutbox(Date.now());
const resumed = await judge.resume();

/** Batches that are committed together. */
type Pending = { batches: readonly AppendBatch[]; settle(results: AppendResult[]): void; fail(error: unknown): void };
let queue: Pending[] = [];
let pumping: Promise<void> | null = null;
let watched = new Set<string>();
const unseen = new Set<string>();
let viewTimer: NodeJS.Timeout | null = null;

const enqueue = (batches: readonly AppendBatch[]): Promise<AppendResult[]> =>
  new Promise((settle, fail) => {
    queue.push({ batches, settle, fail });
    pumping ??= pump();
  });
const pushes = new Pushes(ingest, enqueue, Date.now);
const desk = new RuleDesk(ingest, takeOver, Date.now);

const writer = {
  ready: async () => {},
  openEpoch: (hello: SpoolHello) => ingest.openEpoch(hello),
  fileCursors: (agent: string, files: { path: string; identity: FileIdentity }[]) => ingest.fileCursors(agent, files),
  /** `bytes` is transferred, not copied. */
  async append(header: Omit<AppendBatch, "bytes">, bytes: ArrayBuffer): Promise<AppendResult> {
    const [result] = await enqueue([{ ...header, bytes: new Uint8Array(bytes) }]);
    return result as AppendResult;
  },
  createRun: pushes.create.bind(pushes),
  pushPoints: pushes.push.bind(pushes),
  /** The runs that somebody looks at. */
  async look(runs: string[]): Promise<void> {
    watched = new Set(runs);
  },
  /** The channels that are told from now on. */
  async tell(ids: string[]): Promise<void> {
    alarms.channels = ids;
  },
  async changeState(run: string, from: RunState, to: RunState): Promise<void> {
    for (const changed of await judge.changeState(run, from, to)) await tell(changed);
  },
  /** Looks at a run between its records; `now` is by its agent's clock. */
  async tick(run: string, now: number, glance: Glance): Promise<void> {
    const told = await judge.tick(run, now, glance);
    if (isNews(told)) await tellNow(told);
  },
  /** Something beside any run, told with `run` where no run tells it yet. */
  async heard(condition: Condition, run: string | null): Promise<void> {
    for (const told of await judge.heard(condition, run)) await tell(told);
  },
  addRule: (draft: RuleDraft) => desk.add(draft),
  changeRule: (id: string, edit: RuleEdit) => desk.change(id, edit),
  removeRule: (id: string) => desk.remove(id),
  switchRule: (id: string, project: string | null, enabled: boolean | null) => desk.switch(id, project, enabled),
  /** The review with the settings entered is on its way to the pages when this resolves. */
  async enterConfig(run: string, values: Config): Promise<void> {
    await tellNow({ run, findings: await judge.enterConfig(run, values), conditions: [] });
  },
  async editRun(run: string, edit: RunEdit): Promise<void> {
    await ingest.editRun(run, edit, Date.now());
    // A rule may be for runs of a tag.
    if (edit.tags) await takeOver({ run });
  },
  /** What a person says to an incident. */
  actOnIncident: (id: string, act: IncidentAct) => judge.attend((alarms) => alarms.act(id, act)),
  mute: (mute: Mute) => judge.attend((alarms) => alarms.mute(mute)),
  unmute: (id: string) => judge.attend((alarms) => alarms.unmute(id)),
  undelivered: (channel: { id: string; name: string }, error: string, run: RunSnapshot) =>
    judge.attend((alarms) => alarms.undelivered(channel, error, run)),
  revisitAlerts: () => judge.revisit(),
  retryDelivery: (id: number) => ingest.retryDelivery(id, Date.now()),
  leaseOutbox: ingest.leaseOutbox.bind(ingest),
  settleOutbox: ingest.settleOutbox.bind(ingest),
  nextDue: ingest.nextDue.bind(ingest),
  async close(): Promise<void> {
    while (pumping) await pumping;
    if (viewTimer) clearTimeout(viewTimer);
    await judge.close();
    await ingest.close();
  },
};
export type Writer = typeof writer;

const { emit } = serve(writer);
for (const judged of resumed)
  emit({ kind: "judged", ...judged, isNews: judged.findings.length > 0 } satisfies WriterEvent);

async function pump(): Promise<void> {
  while (queue.length > 0) {
    await new Promise(setImmediate);
    const taken = queue.slice(0, BATCHES_PER_COMMIT);
    queue = queue.slice(taken.length);
    let runs: RunAppend[] = [];
    try {
      const committed = await ingest.append(
        taken.flatMap(({ batches }) => batches),
        Date.now(),
      );
      runs = committed.runs;
      let first = 0;
      for (const { batches, settle } of taken) {
        settle(committed.results.slice(first, first + batches.length));
        first += batches.length;
      }
    } catch (error) {
      for (const { fail } of taken) fail(error);
      throw error;
    }
    if (runs.length === 0) continue;
    emit({
      kind: "committed",
      runs: runs.map((run) => {
        const withPoints = watched.has(run.run);
        return { ...run, withPoints, groups: withPoints ? run.groups : [] };
      }),
    } satisfies WriterEvent);
    for (const told of await judge.take(runs)) await tell(told);
  }
  pumping = null;
}

const isNews = ({ findings, conditions }: Told): boolean => findings.length > 0 || conditions.length > 0;

async function takeOver(changed: Parameters<Judge["rulesChanged"]>[0]): Promise<void> {
  for (const told of await judge.rulesChanged(changed)) await tell(told);
}

async function tell(told: Told): Promise<void> {
  if (isNews(told)) return tellNow(told);
  unseen.add(told.run);
  viewTimer ??= setTimeout(tellUnseen, VIEW_EVERY_MS);
}

async function tellNow(told: Told): Promise<void> {
  const { run, findings } = told;
  unseen.delete(run);
  emit({ kind: "judged", run, view: await judge.view(run), findings, isNews: isNews(told) } satisfies WriterEvent);
}

async function tellUnseen(): Promise<void> {
  viewTimer = null;
  for (const run of unseen)
    emit({ kind: "judged", run, view: await judge.view(run), findings: [], isNews: false } satisfies WriterEvent);
  unseen.clear();
}
