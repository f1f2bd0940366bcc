"use client";
import { NativeSelect } from "@mantine/core";
import { useRouter } from "next/navigation.js";
import { useLocale, useTranslations } from "use-intl";
import type { BuiltInRuleView } from "#lib/protocol/index.ts";
import button from "../../_components/button.module.css";
import panel from "../../_components/panel.module.css";
import { toast } from "../../_components/toasts.tsx";
import { Toggle } from "../../_components/toggle.tsx";
import styles from "./rules.module.css";
import { ask } from "./rules-api.ts";

type Switching = (rule: string, enabled: boolean | null, project?: string) => Promise<boolean>;

/** The rules that come with Curvewatch: whether each is told, everywhere and in projects of its own. */
export function BuiltInRules({ rules, projects }: { rules: readonly BuiltInRuleView[]; projects: readonly string[] }) {
  const t = useTranslations("rules");
  const router = useRouter();
  const change: Switching = async (rule, enabled, project) => {
    const answer = await ask("PATCH", `/${rule}`, { enabled, ...(project !== undefined && { project }) });
    if ("refused" in answer) {
      toast((answer.refused as string | null) ?? t("form.noAnswer"));
      return false;
    }
    router.refresh();
    return true;
  };
  return (
    <section className={`${panel.panel} ${styles.section}`} aria-label={t("builtIn")}>
      <h2>{t("builtIn")}</h2>
      <p className={styles.about}>{t("builtInText")}</p>
      <ul className={styles.list}>
        {rules.map((rule) => (
          <li key={rule.id} className={styles.rule}>
            <BuiltInRule rule={rule} projects={projects} change={change} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function BuiltInRule({
  rule,
  projects,
  change,
}: {
  rule: BuiltInRuleView;
  projects: readonly string[];
  change: Switching;
}) {
  const t = useTranslations("rules");
  const language = useLocale();
  const { id, severity, enabled, byDefault } = rule;
  const name = rule.title[language];
  const others = projects.filter((project) => rule.projects.every((one) => one.project !== project));
  return (
    <div className={styles.row}>
      <Toggle
        label={t("tellOf", { name })}
        checked={enabled}
        onChange={(wanted) => change(id, wanted === byDefault ? null : wanted)}
      />
      <div className={styles.words}>
        <h3>
          {name}
          {enabled !== byDefault && <small>{t("changed")}</small>}
        </h3>
        <p>{rule.text[language]}</p>
        {rule.projects.map(({ project, enabled: told }) => (
          <p key={project} className={styles.exception}>
            {t("inProject", { project, how: t(told ? "on" : "off") })}
            <button
              type="button"
              className={button.button}
              aria-label={t("againOf", { name, project })}
              onClick={() => void change(id, null, project)}
            >
              {t("again")}
            </button>
          </p>
        ))}
      </div>
      <span className={styles.severity} data-severity={severity}>
        {t(`severity.${severity}`)}
      </span>
      {others.length > 0 && (
        <details className={styles.project}>
          <summary>{t("exception")}</summary>
          <NativeSelect
            aria-label={t("exceptionOf", { name })}
            value=""
            data={[{ value: "", label: t("choose") }, ...others.map((value) => ({ value, label: value }))]}
            onChange={(event) => event.currentTarget.value && void change(id, !enabled, event.currentTarget.value)}
            classNames={{ input: styles.input, section: styles.arrow }}
          />
        </details>
      )}
    </div>
  );
}
