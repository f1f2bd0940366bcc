import type { IngestStore, ReadStore } from "../store.ts";
import type { TestAgent } from "./fixtures.ts";

/** A store under test, over data of its own. */
export type StoreUnderTest = {
  readonly writer: IngestStore;
  readonly reader: ReadStore;
  /** Closes it and opens it again. */
  restart(): Promise<void>;
  /** Goes on from what the disk would hold had the power failed now. */
  crash(): Promise<void>;
  close(): Promise<void>;
};

/** What a test finds set up: an empty store, and an agent that has said hello to it. */
export type Bench = { readonly store: StoreUnderTest; readonly agent: TestAgent };
