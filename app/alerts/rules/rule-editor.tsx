"use client";
import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { METRIC, type OwnRuleView, type RuleTest } from "#lib/protocol/index.ts";
import button from "../../_components/button.module.css";
import { Segmented } from "../../_components/segmented.tsx";
import { Choice, type Fields, TextField } from "./fields.tsx";
import { Preview } from "./preview.tsx";
import { draftOf, EMPTY_FORM, formOf, type RuleForm } from "./rule-form.ts";
import styles from "./rules.module.css";
import { ask } from "./rules-api.ts";
import { TestFields } from "./test-fields.tsx";

type Props = {
  /** The rule to change; null makes a new one. */
  rule: OwnRuleView | null;
  onDone: (saved: boolean) => void;
};

const KINDS: readonly RuleTest["kind"][] = ["threshold", "change", "zscore", "absence"];
const SEVERITIES: readonly RuleForm["severity"][] = ["note", "caution", "critical"];

/** Makes or changes a rule, with what it would have said before beside it. */
export function RuleEditor({ rule, onDone }: Props) {
  const t = useTranslations("rules.form");
  const severity = useTranslations("rules.severity");
  const metrics = useId();
  const [form, setForm] = useState<RuleForm>(() => (rule ? formOf(rule) : EMPTY_FORM));
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const first = useRef<HTMLFormElement>(null);
  useEffect(() => first.current?.querySelector("input")?.focus(), []);

  const read = draftOf(form);
  // A rule that has no name yet can be tried all the same.
  const preview = draftOf({ ...form, name: form.name.trim() || "preview" });
  const fields: Fields = {
    form,
    set: (change) => setForm((before) => ({ ...before, ...change })),
    problems: tried && "problems" in read ? read.problems : {},
  };
  const save = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const { currentTarget } = event;
    setTried(true);
    if ("problems" in read) {
      requestAnimationFrame(() => currentTarget.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      return;
    }
    setBusy(true);
    const answer = rule
      ? await ask("PATCH", `/${rule.id}`, { ...read.draft, enabled: rule.enabled })
      : await ask("POST", "", read.draft);
    setBusy(false);
    if ("refused" in answer) setRefused((answer.refused as string | null) ?? t("noAnswer"));
    else onDone(true);
  };
  const spans = (["points", "seconds"] as const).map((value) => ({ value, label: t(`units.${value}`) }));
  return (
    <form
      ref={first}
      className={styles.editor}
      onSubmit={save}
      onKeyDown={(event) => event.key === "Escape" && onDone(false)}
      aria-label={rule ? t("change", { name: rule.name }) : t("new")}
      noValidate
    >
      <div className={styles.fields}>
        <TextField fields={fields} field="name" label={t("name")} />
        <TextField fields={fields} field="metric" label={t("metric")} list={metrics} />
        <datalist id={metrics}>
          {Object.values(METRIC).map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <p className={styles.help}>{t("metricText")}</p>
        <div className={styles.wide}>
          <Segmented<RuleTest["kind"]>
            label={t("kind")}
            value={form.kind}
            onChange={(kind) => fields.set({ kind })}
            options={KINDS.map((value) => ({ value, label: t(`kinds.${value}`) }))}
          />
        </div>
        <TestFields fields={fields} />
        <details className={styles.more} open={rule !== null}>
          <summary>{t("more")}</summary>
          <div className={styles.fields}>
            <TextField fields={fields} field="hold" label={t("hold")} number />
            <Choice fields={fields} field="holdUnit" label={t("holdUnit")} options={spans} />
            <TextField fields={fields} field="keep" label={t("keep")} number />
            <Choice fields={fields} field="keepUnit" label={t("keepUnit")} options={spans} />
            <TextField fields={fields} field="cooldown" label={t("cooldown")} number />
          </div>
        </details>
        <details className={styles.more} open={form.project + form.tag + form.run !== ""}>
          <summary>{t("scope")}</summary>
          <div className={styles.fields}>
            <TextField fields={fields} field="project" label={t("project")} />
            <TextField fields={fields} field="tag" label={t("tag")} />
            <TextField fields={fields} field="run" label={t("run")} />
          </div>
        </details>
        <div className={styles.wide}>
          <Segmented<RuleForm["severity"]>
            label={t("severity")}
            value={form.severity}
            onChange={(chosen) => fields.set({ severity: chosen })}
            options={SEVERITIES.map((value) => ({ value, label: severity(value) }))}
          />
        </div>
      </div>
      <Preview draft={"draft" in preview ? preview.draft : null} />
      <div className={styles.acts}>
        <button type="submit" className={button.primary} disabled={busy}>
          {t("save")}
        </button>
        <button type="button" className={button.button} onClick={() => onDone(false)}>
          {t("cancel")}
        </button>
        <p className={styles.refused} role="alert">
          {refused}
        </p>
      </div>
    </form>
  );
}
