import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Chunk } from "#lib/protocol/index.ts";
import {
  type IngestStore,
  openSqliteIngest,
  openSqliteReader,
  type ReadStore,
  type RunAppend,
  type SpoolHello,
} from "#lib/store/index.ts";
import { Alarms } from "./alarms.ts";
import { Judge } from "./judge.ts";

/** A judge over a real store in a folder of its own, fed by an agent whose spool never forgets. */
export type JudgeBench = {
  store: IngestStore;
  reader: ReadStore;
  judge: Judge;
  /** Another judge over the same store, as after a restart. */
  restarted(): Judge;
  commit(...records: Chunk[]): Promise<RunAppend[]>;
  close(): Promise<void>;
};

/** What the bench needs of the store's `TestAgent`. */
type Agent = {
  readonly records: readonly unknown[];
  hello(): SpoolHello;
  add(...records: Chunk[]): Agent;
  send(store: IngestStore, firstSeq: number): Promise<{ runs: RunAppend[] }>;
};

const NOW = 1_750_000_000_000;

export async function openJudgeBench(agent: Agent, channels: readonly string[] = []): Promise<JudgeBench> {
  const folder = mkdtempSync(join(tmpdir(), "curvewatch-judge-"));
  const store = await openSqliteIngest({ folder });
  const reader = await openSqliteReader({ folder });
  await store.openEpoch(agent.hello());
  const restarted = (): Judge => new Judge(store, new Alarms(store, channels, () => NOW), () => NOW);
  return {
    store,
    reader,
    judge: restarted(),
    restarted,
    async commit(...records) {
      const first = agent.records.length + 1;
      return (await agent.add(...records).send(store, first)).runs;
    },
    async close() {
      await reader.close();
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}
