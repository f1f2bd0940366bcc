"use client";
import styles from "./command.module.css";
import { CopyButton } from "./copy-button.tsx";

type Props = {
  command: string;
  /** The part a person puts their own into. */
  argument?: string;
  /** In a narrow place: smaller, the button underneath. */
  narrow?: boolean;
};

export function Command({ command, argument = "", narrow = false }: Props) {
  const cut = argument && command.endsWith(argument) ? command.length - argument.length : command.length;
  return (
    <div className={styles.command} data-narrow={narrow || undefined}>
      <pre>
        <code>
          <span className={styles.prompt}>$ </span>
          {command.slice(0, cut)}
          <span className={styles.argument}>{command.slice(cut)}</span>
        </code>
      </pre>
      <CopyButton value={command} label={command} />
    </div>
  );
}
