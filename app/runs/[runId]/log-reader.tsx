"use client";
import { TextInput } from "@mantine/core";
import { type KeyboardEvent, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import type { LogLine } from "#lib/protocol/index.ts";
import button from "../../_components/button.module.css";
import { Icon } from "../../_components/icon.tsx";
import { LogLines } from "./log-lines.tsx";
import styles from "./log-reader.module.css";
import { searchLog, stepMatch } from "./log-search.ts";

type Props = { lines: readonly LogLine[]; wrap?: boolean; tall?: boolean };

/** Farther from the end than this, a reader has scrolled away from it. */
const AT_END_PX = 24;

/** The kept lines with a search. It follows the newest line until somebody scrolls up or looks for something. */
export function LogReader({ lines, wrap = true, tall = false }: Props) {
  const t = useTranslations("rail");
  const box = useRef<HTMLElement>(null);
  const [follows, setFollows] = useState(true);
  const [sought, setSought] = useState("");
  const [at, setAt] = useState<number | null>(null);
  const matches = useMemo(() => searchLog(lines, sought), [lines, sought]);
  const current = at === null ? null : (matches[Math.min(at, matches.length - 1)] ?? null);
  const newest = lines.at(-1)?.line;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new line is the reason to look again
  useLayoutEffect(() => {
    if (follows && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [follows, newest, wrap]);
  useLayoutEffect(() => {
    if (current) centre(box.current);
  }, [current]);

  const look = (direction: 1 | -1): void => {
    setFollows(false);
    setAt(stepMatch(at, matches.length, direction));
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    look(event.shiftKey ? -1 : 1);
  };
  const starts = useMemo(() => {
    const byLine = new Map<number, number[]>();
    for (const { line, start } of matches) byLine.set(line, [...(byLine.get(line) ?? []), start]);
    return byLine;
  }, [matches]);
  return (
    <div className={styles.reader} data-tall={tall || undefined}>
      <div className={styles.search}>
        <TextInput
          type="search"
          aria-label={t("logSearch")}
          placeholder={t("logSearch")}
          value={sought}
          onChange={(event) => {
            setSought(event.currentTarget.value);
            setAt(null);
          }}
          onKeyDown={onKey}
          classNames={{ root: styles.field, input: styles.input }}
        />
        <span className={`num ${styles.count}`} role="status">
          {sought.trim() === ""
            ? ""
            : matches.length === 0
              ? t("logNoMatch")
              : t("logMatches", { at: current ? String((at ?? 0) + 1) : "–", count: String(matches.length) })}
        </span>
        {matches.length > 0 && (
          <>
            <button type="button" className={button.button} aria-label={t("logPrevious")} onClick={() => look(-1)}>
              <Icon>
                <path d="M3.5 10 8 5.5l4.5 4.5" />
              </Icon>
            </button>
            <button type="button" className={button.button} aria-label={t("logNext")} onClick={() => look(1)}>
              <Icon>
                <path d="M3.5 6 8 10.5 12.5 6" />
              </Icon>
            </button>
          </>
        )}
      </div>
      {/* A box that scrolls is reached by keyboard. */}
      <section
        ref={box}
        className={styles.box}
        aria-label={t("logLines")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
        tabIndex={0}
        onScroll={({ currentTarget }) => {
          const { scrollHeight, scrollTop, clientHeight } = currentTarget;
          setFollows(scrollHeight - scrollTop - clientHeight < AT_END_PX);
        }}
      >
        <LogLines
          lines={lines}
          numbered
          wrap={wrap}
          sought={matches.length > 0 ? { length: sought.trim().length, starts, current } : null}
        />
      </section>
      {!follows && (
        <button type="button" className={`${button.button} ${styles.newest}`} onClick={() => setFollows(true)}>
          {t("logNewest")}
        </button>
      )}
    </div>
  );
}

/** Brings the current place into the middle of the box; the page itself stays where it is. */
function centre(box: HTMLElement | null): void {
  const mark = box?.querySelector("mark[data-current]");
  if (!box || !mark) return;
  const [outer, inner] = [box.getBoundingClientRect(), mark.getBoundingClientRect()];
  box.scrollTop += inner.top - outer.top - (outer.height - inner.height) / 2;
}
