"use client";
import { useRouter } from "next/navigation.js";
import { useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import type { OwnRuleView } from "#lib/protocol/index.ts";
import button from "../../_components/button.module.css";
import panel from "../../_components/panel.module.css";
import { toast } from "../../_components/toasts.tsx";
import { Toggle } from "../../_components/toggle.tsx";
import { RuleEditor } from "./rule-editor.tsx";
import styles from "./rules.module.css";
import { ask } from "./rules-api.ts";

/** Rules that people made: each in words, with its switch; one is open for editing at a time. */
export function OwnRules({ rules }: { rules: readonly OwnRuleView[] }) {
  const t = useTranslations("rules");
  const router = useRouter();
  const [editing, setEditing] = useState<string | null>(null);
  const done = (saved: boolean): void => {
    setEditing(null);
    if (saved) router.refresh();
  };
  return (
    <section className={`${panel.panel} ${styles.section}`} aria-label={t("own")}>
      <div className={styles.head}>
        <h2>{t("own")}</h2>
        {editing !== NEW && (
          <button type="button" className={button.primary} onClick={() => setEditing(NEW)}>
            {t("add")}
          </button>
        )}
      </div>
      <p className={styles.about}>{t("ownText")}</p>
      {editing === NEW && <RuleEditor rule={null} onDone={done} />}
      {rules.length === 0 && editing !== NEW && <p className={styles.none}>{t("none")}</p>}
      <ul className={styles.list}>
        {rules.map((rule) => (
          <li key={rule.id} className={styles.rule}>
            {editing === rule.id ? (
              <RuleEditor rule={rule} onDone={done} />
            ) : (
              <OwnRule rule={rule} onEdit={() => setEditing(rule.id)} />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

const NEW = "new";

function OwnRule({ rule, onEdit }: { rule: OwnRuleView; onEdit: () => void }) {
  const t = useTranslations("rules");
  const language = useLocale();
  const router = useRouter();
  const { id, name, metric, text, severity, scope } = rule;
  const act = async (method: "PATCH" | "DELETE" | "POST", path: string, body?: object): Promise<boolean> => {
    const answer = await ask(method, path, body);
    if ("refused" in answer) {
      toast((answer.refused as string | null) ?? t("form.noAnswer"));
      return false;
    }
    router.refresh();
    return true;
  };
  const remove = async (): Promise<void> => {
    if (!(await act("DELETE", `/${id}`))) return;
    toast(t("removed", { name }), { label: t("undo"), act: () => void act("POST", "", rule) });
  };
  return (
    <div className={styles.row}>
      <Toggle
        label={t("switchOf", { name })}
        checked={rule.enabled}
        onChange={(enabled) => act("PATCH", `/${id}`, { enabled })}
      />
      <div className={styles.words}>
        <h3>{name}</h3>
        <p>
          <code>{metric}</code> {text[language]}
        </p>
        {Object.values(scope).length > 0 && (
          <p className={styles.scope}>
            {t("form.scope")} {Object.values(scope).join(", ")}
          </p>
        )}
      </div>
      <span className={styles.severity} data-severity={severity}>
        {t(`severity.${severity}`)}
      </span>
      <button type="button" className={button.button} aria-label={t("editOf", { name })} onClick={onEdit}>
        {t("edit")}
      </button>
      <button
        type="button"
        className={button.button}
        aria-label={t("removeOf", { name })}
        onClick={() => void remove()}
      >
        {t("remove")}
      </button>
    </div>
  );
}
