/**
 * The promises of `store.ts` as tests, for any engine: call `storeContract` from a test file with a way to open one.
 * `model.ts` says what a run is as plainly as can be; the tests hold the store against it.
 */
import { afterEach, beforeEach, describe } from "vitest";
import { alertsContract } from "./alerts.ts";
import { appendingContract } from "./appending.ts";
import type { Bench, StoreUnderTest } from "./bench.ts";
import { deliveriesContract } from "./deliveries.ts";
import { diagnosisContract } from "./diagnosis.ts";
import { epochsContract } from "./epochs.ts";
import { filesContract } from "./files.ts";
import { TestAgent } from "./fixtures.ts";
import { gpusContract } from "./gpus.ts";
import { historiesContract } from "./histories.ts";
import { rulesContract } from "./rules.ts";
import { runsContract } from "./runs.ts";
import { viewsContract } from "./views.ts";

export type { StoreUnderTest } from "./bench.ts";

export function storeContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let store: StoreUnderTest;
    let agent: TestAgent;
    const bench: Bench = {
      get store() {
        return store;
      },
      get agent() {
        return agent;
      },
    };
    beforeEach(async () => {
      store = await open();
      agent = new TestAgent();
      await store.writer.openEpoch(agent.hello());
    });
    afterEach(() => store.close());

    epochsContract(bench);
    appendingContract(bench);
    runsContract(bench);
    filesContract(bench);
    viewsContract(bench);
    alertsContract(bench);
    deliveriesContract(bench);
    gpusContract(bench);
    diagnosisContract(bench);
    rulesContract(bench);
  });
  describe(name, () => historiesContract(open));
}
