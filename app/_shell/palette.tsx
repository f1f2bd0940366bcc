"use client";
import { Modal } from "@mantine/core";
import { createSpotlight, Spotlight, useSpotlight } from "@mantine/spotlight";
import { useRouter } from "next/navigation.js";
import { type ReactNode, useEffect, useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import type { RunState, VerdictName } from "#lib/protocol/index.ts";
import { rememberChoice } from "../_components/preference-cookie.ts";
import { StateMark } from "../_components/state-mark.tsx";
import { VerdictChip } from "../_components/verdict-chip.tsx";
import dialog from "./dialog.module.css";
import { type KeyEntry, keysOfPage, press } from "./keys.ts";
import styles from "./palette.module.css";
import { foundEntries, type PaletteEntry } from "./palette-entries.ts";
import { Shortcut } from "./shortcut.tsx";

type Props = { opened: boolean; onClose: () => void };
type Entry = PaletteEntry & {
  lang?: string;
  act: () => void;
  left?: ReactNode;
  right?: ReactNode;
  shortcut?: KeyEntry;
};
type FoundRun = {
  id: string;
  name: string;
  project: string | null;
  host: string;
  path: string;
  state: RunState;
  verdict: { name: VerdictName };
};

const [store, spotlight] = createSpotlight();
const LIST = "cw-found";
const optionId = (i: number): string => `${LIST}-${i}`;
const GROUPS = ["runs", "hosts", "acts", "pages"] as const;
const ALL_RUNS = 200;

/** Runs, hosts, what the page can do, and the other pages: found by words, reached by Enter. */
export default function Palette({ opened, onClose }: Props) {
  const t = useTranslations("shell");
  const [query, setQuery] = useState("");
  const { selected } = useSpotlight(store);
  const entries = foundEntries(useEntries(opened), query);
  useEffect(() => {
    if (!opened) return;
    const before = document.activeElement;
    spotlight.open();
    // What Enter would do is marked from the first: Spotlight itself marks nothing before an arrow key.
    store.updateState((state) => ({ ...state, selected: 0 }));
    return () => {
      spotlight.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, [opened]);
  const active = entries.length === 0 ? -1 : Math.min(Math.max(selected, 0), entries.length - 1);
  return (
    <Spotlight.Root
      store={store}
      shortcut={null}
      query={query}
      onQueryChange={setQuery}
      onSpotlightClose={onClose}
      transitionProps={{ duration: 0 }}
      returnFocus={false}
      classNames={{
        inner: dialog.inner!,
        overlay: dialog.overlay!,
        content: `${dialog.content} ${styles.content}`,
        body: styles.body!,
        search: styles.search!,
        actionsList: styles.list!,
      }}
    >
      <Modal.Title className="visually-hidden">{t("find")}</Modal.Title>
      <Spotlight.Search
        placeholder={t("find")}
        aria-label={t("find")}
        role="combobox"
        aria-expanded={entries.length > 0}
        aria-controls={LIST}
        aria-activedescendant={active === -1 ? undefined : optionId(active)}
        autoComplete="off"
        spellCheck={false}
      />
      <Spotlight.ActionsList id={LIST} role="listbox" aria-label={t("found")}>
        {GROUPS.map((group) => {
          const ofGroup = entries.filter((entry) => entry.group === group);
          if (ofGroup.length === 0) return null;
          return (
            // biome-ignore lint/a11y/useSemanticElements: options of a listbox are grouped by role; a fieldset is no part of it
            <div key={group} role="group" aria-label={t(`found_${group}`)}>
              <div className={styles.group} aria-hidden="true">
                {t(`found_${group}`)}
              </div>
              {ofGroup.map((entry) => {
                const i = entries.indexOf(entry);
                return (
                  // Spotlight finds what it may choose by `data-action` and marks the chosen one, by its place, in the document.
                  <button
                    key={optionId(i)}
                    type="button"
                    id={optionId(i)}
                    role="option"
                    tabIndex={-1}
                    className={styles.action}
                    aria-selected={i === active}
                    data-action
                    data-selected={i === active ? "true" : undefined}
                    onMouseDown={(event) => event.preventDefault()}
                    onClick={() => {
                      spotlight.close();
                      entry.act();
                    }}
                  >
                    {entry.left}
                    <span className={styles.label} lang={entry.lang}>
                      {entry.label}
                    </span>
                    <span className={styles.detail}>{entry.detail}</span>
                    {entry.shortcut && <Shortcut entry={entry.shortcut} />}
                    {entry.right}
                  </button>
                );
              })}
            </div>
          );
        })}
      </Spotlight.ActionsList>
      {entries.length === 0 && (
        <p className={styles.empty} role="status">
          {t("foundNothing")}
        </p>
      )}
    </Spotlight.Root>
  );
}

function useEntries(opened: boolean): Entry[] {
  const t = useTranslations();
  const language = useLocale();
  const router = useRouter();
  const runs = useRuns(opened);
  if (!opened) return [];
  const go = (path: string) => () => router.push(path);
  const hosts = [...new Set(runs.map(({ host }) => host))];
  const pressing = (entry: KeyEntry) => () => requestAnimationFrame(() => press(entry.keys[0]!));
  return [
    ...runs.map((run): Entry => {
      const detail = [run.project, run.host].filter(Boolean).join(", ");
      const words = [run.path, t(`verdict.word.${run.verdict.name}`), run.verdict.name, t(`state.${run.state}`)];
      return {
        id: run.id,
        group: "runs",
        label: run.name,
        detail,
        words,
        act: go(`/runs/${run.id}`),
        left: <StateMark state={run.state} />,
        right: <VerdictChip verdict={run.verdict.name} />,
      };
    }),
    ...hosts.map((host): Entry => {
      const count = runs.filter((run) => run.host === host).length;
      const detail = t("shell.hostRuns", { count });
      return { id: host, group: "hosts", label: host, detail, words: [], act: go(`/?q=${encodeURIComponent(host)}`) };
    }),
    ...keysOfPage()
      .filter((entry) => "isAct" in entry)
      .map((entry): Entry => {
        const label = t(`shell.key.${entry.name}`);
        return { id: entry.name, group: "acts", label, detail: "", words: [], act: pressing(entry), shortcut: entry };
      }),
    {
      id: "language",
      group: "acts",
      label: t("shell.otherLanguage"),
      lang: language === "en" ? "zh-CN" : "en",
      detail: "",
      words: [t("app.language"), "English", "中文"],
      act: () => {
        rememberChoice("cw-lang", language === "en" ? "zh-CN" : "en");
        router.refresh();
      },
    },
    { id: "list", group: "pages", label: t("list.title"), detail: "", words: [], act: go("/") },
    {
      id: "alerts",
      group: "pages",
      label: t("alerts.title"),
      detail: "",
      words: [t("alerts.muted"), t("alerts.deliveries")],
      act: go("/alerts"),
    },
    {
      id: "rules",
      group: "pages",
      label: t("rules.title"),
      detail: t("alerts.title"),
      words: [],
      act: go("/alerts/rules"),
    },
    {
      id: "channels",
      group: "pages",
      label: t("settings.title"),
      detail: t("settings.channels"),
      words: ["Slack", "Discord", "Feishu", "DingTalk", "WeCom", "Telegram", "mail", "ntfy", "webhook"],
      act: go("/settings"),
    },
    {
      id: "browser",
      group: "pages",
      label: t("shell.browser.title"),
      detail: t("settings.title"),
      words: [t("shell.browser.tell"), t("shell.browser.keys"), t("shell.theme.label"), t("app.language")],
      act: go("/settings#this-browser"),
    },
  ];
}

/** The runs as they are when the palette opens; those of the last time until the answer is there. */
function useRuns(opened: boolean): FoundRun[] {
  const language = useLocale();
  const [runs, setRuns] = useState<FoundRun[]>([]);
  useEffect(() => {
    if (!opened) return;
    const closing = new AbortController();
    fetch(`/api/v1/runs?limit=${ALL_RUNS}&lang=${language}`, { signal: closing.signal, cache: "no-store" })
      .then(async (response) => {
        if (response.ok) setRuns(((await response.json()) as { runs: FoundRun[] }).runs);
      })
      .catch(() => {}); // Without the server the palette still knows the page.
    return () => closing.abort();
  }, [opened, language]);
  return runs;
}
