import { type ReactNode, useId } from "react";
import styles from "./rail-section.module.css";

type Props = {
  title: string;
  aside?: ReactNode;
  /** What can be done with the whole section, at the right of its heading. */
  action?: ReactNode;
  /** Anchor of the section. */
  id?: string;
  children: ReactNode;
};

/** A heading, a rule and what is under it, on the page's own colour: the rail has no panels. */
export function RailSection({ title, aside = null, action = null, id, children }: Props) {
  const heading = useId();
  return (
    <section id={id} className={styles.section} aria-labelledby={heading}>
      <div className={styles.head}>
        <h2 id={heading}>{title}</h2>
        {aside !== null && <small>{aside}</small>}
        {action !== null && <span className={styles.action}>{action}</span>}
      </div>
      {children}
    </section>
  );
}
