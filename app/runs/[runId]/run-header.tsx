"use client";
import { useRouter } from "next/navigation.js";
import { type ReactNode, useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import { formatDuration, formatMetric, formatShare, formatStep, MISSING, timeLeftMs } from "#lib/core/index.ts";
import { METRIC, type RunView } from "#lib/protocol/index.ts";
import { MuteButton } from "../../_alerts/mute-button.tsx";
import { Age } from "../../_components/age.tsx";
import button from "../../_components/button.module.css";
import { LocalTime } from "../../_components/local-time.tsx";
import { StatePill } from "../../_components/state-pill.tsx";
import { RunMenu } from "../../_edits/run-menu.tsx";
import { Tags } from "../../_edits/tags.tsx";
import styles from "./run-header.module.css";
import { RunName } from "./run-name.tsx";

export function RunHeader({ run }: { run: RunView }) {
  const t = useTranslations("run");
  const about = useTranslations("about");
  const router = useRouter();
  const [isNaming, setNaming] = useState(false);
  const share = run.step !== null && run.maxSteps !== null ? Math.min(1, run.step / run.maxSteps) : null;
  return (
    <section className={styles.header}>
      <p className={styles.crumb}>
        {run.project && <span>{run.project}</span>}
        <span className={styles.path} title={run.path}>
          {run.path}
        </span>
        <span className={styles.acts}>
          <MuteButton run={run} />
          {run.records > 0 && (
            <a className={button.button} href={`/runs/${run.id}/report`} data-key="r">
              {t("report")}
            </a>
          )}
        </span>
      </p>
      <div className={styles.title}>
        <RunName run={run} isNaming={isNaming} setNaming={setNaming} />
        <RunMenu run={run} onRename={() => setNaming(true)} onGone={() => router.push("/")} />
        <StatePill run={run} />
        {run.archived && <span className={styles.aside}>{t("archived")}</span>}
        <Tags tags={run.tags} label={about("tags")} />
        {run.state === "quiet" && run.end === null && <span className={styles.aside}>{t("noEnd")}</span>}
        {run.end && (
          <span className={styles.aside} title={run.end.text}>
            {t("ended", { line: formatStep(run.end.line) })}
          </span>
        )}
      </div>
      <Facts run={run} />
      <div className={styles.fuel}>
        {share !== null && (
          <div
            role="progressbar"
            aria-label={t("progress", { share: formatShare(share) })}
            aria-valuenow={Math.round(share * 100)}
            style={{ width: `${share * 100}%` }}
          />
        )}
      </div>
    </section>
  );
}

function Facts({ run }: { run: RunView }) {
  const t = useTranslations("run");
  const app = useTranslations("app");
  const language = useLocale();
  const { step, maxSteps, msPerStep, lastDataAt, state } = run;
  const left = state === "running" ? timeLeftMs(step, maxSteps, msPerStep) : null;
  const speed = run.last[METRIC.tokensPerSecond]?.value;
  return (
    <dl className={styles.facts}>
      <Fact name={run.stepSource === "ordinal" ? t("record") : t("step")}>
        {step === null ? MISSING : formatStep(step)}
        {maxSteps !== null && <small> / {formatStep(maxSteps)}</small>}
      </Fact>
      {left !== null && lastDataAt !== null && (
        <Fact name={t("left")}>
          {formatDuration(left, language)}{" "}
          <small>
            <LocalTime at={lastDataAt + left} />
          </small>
        </Fact>
      )}
      {msPerStep !== null && step !== null && (
        <Fact name={t("elapsed")} hint={t("elapsedHow")}>
          {formatDuration(step * msPerStep, language)}
        </Fact>
      )}
      {typeof speed === "number" && (
        <Fact name={t("throughput")} wide>
          {formatMetric(speed)} <small>{t("perSecond")}</small>
        </Fact>
      )}
      <Fact name={t("host")} wide>
        {run.host}
      </Fact>
      <Fact name={t("lastData")}>
        {lastDataAt === null ? MISSING : <Age at={lastDataAt} text={(age) => app("ago", { age })} />}
      </Fact>
    </dl>
  );
}

type FactProps = { name: string; hint?: string; wide?: boolean; children: ReactNode };

/** `wide` facts are left out on a phone. */
function Fact({ name, hint, wide = false, children }: FactProps) {
  return (
    <div data-wide={wide || undefined} title={hint}>
      <dt>{name}</dt>
      <dd className="num">{children}</dd>
    </div>
  );
}
