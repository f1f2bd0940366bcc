import type { ReactNode } from "react";
import styles from "./rail-section.module.css";

type Props = { title: string; aside?: ReactNode; children: ReactNode };

/** A heading, a rule and what is under it, on the page's own colour: the rail has no panels. */
export function RailSection({ title, aside = null, children }: Props) {
  return (
    <section className={styles.section}>
      <h2 className={styles.head}>
        {title}
        {aside !== null && <small>{aside}</small>}
      </h2>
      {children}
    </section>
  );
}
