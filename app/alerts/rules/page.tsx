import type { Metadata } from "next";
import { MESSAGES } from "../../_messages/index.ts";
import { preferences } from "../../_server/preferences.ts";
import { getRuntime } from "../../_server/runtime.ts";
import { BuiltInRules } from "./built-in-rules.tsx";
import { OwnRules } from "./own-rules.tsx";
import styles from "./rules.module.css";

export async function generateMetadata(): Promise<Metadata> {
  const { rules } = MESSAGES[(await preferences()).language];
  return { title: rules.title };
}

/** Runs whose projects a rule can be switched in. */
const RUNS_LOOKED_AT = 200;

export default async function RulesPage() {
  const { views } = getRuntime();
  const [{ language }, rules, runs] = await Promise.all([
    preferences(),
    views.rules(),
    views.summaries({ limit: RUNS_LOOKED_AT, before: null }),
  ]);
  const projects = [...new Set(runs.flatMap(({ project }) => (project === null ? [] : [project])))].sort();
  return (
    <main id="main" className={styles.screen}>
      <h1>{MESSAGES[language].rules.title}</h1>
      <OwnRules rules={rules.filter((rule) => !rule.builtIn)} />
      <BuiltInRules rules={rules.filter((rule) => rule.builtIn)} projects={projects} />
    </main>
  );
}
