import type { RunState } from "#lib/protocol/index.ts";
import styles from "./state-mark.module.css";

/** What the process does, told by shape: state is ink, only a crash is red. `beating` where a single run is looked at. */
export function StateMark({ state, beating = false }: { state: RunState; beating?: boolean }) {
  return <span className={styles.mark} data-state={state} data-beating={beating || undefined} aria-hidden="true" />;
}
