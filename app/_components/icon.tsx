import type { ReactNode } from "react";
import styles from "./icon.module.css";

/** A 16 × 16 drawing in round strokes, as large as the text it stands in. */
export function Icon({ children }: { children: ReactNode }) {
  return (
    <svg className={styles.icon} viewBox="0 0 16 16" aria-hidden="true">
      {children}
    </svg>
  );
}
