"use client";
import { useAlive } from "../_components/clock.ts";
import type { KeyEntry } from "./keys.ts";
import styles from "./shortcut.module.css";

const CAPS: Record<string, string> = { ArrowLeft: "←", ArrowRight: "→", Escape: "Esc", " ": "Space" };

const isApple = (): boolean => /Mac|iPhone|iPad/.test(navigator.platform);

/** The keys of an entry as they stand on the keyboard. */
export function Shortcut({ entry }: { entry: Pick<KeyEntry, "keys" | "with"> }) {
  const alive = useAlive();
  const held = entry.with === "Mod" ? (alive && isApple() ? "⌘" : "Ctrl") : entry.with;
  return (
    <span className={styles.shortcut} lang="en">
      {held !== undefined && <kbd>{held}</kbd>}
      {entry.keys.map((key) => (
        <kbd key={key}>{CAPS[key] ?? key.toUpperCase()}</kbd>
      ))}
    </span>
  );
}
