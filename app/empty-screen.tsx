"use client";
import { useTranslations } from "use-intl";
import { Command } from "./_components/command.tsx";
import { FormatList } from "./_components/format-list.tsx";
import { GhostStrip } from "./_components/ghost-strip.tsx";
import { Icon } from "./_components/icon.tsx";
import panel from "./_components/panel.module.css";
import { StateMark } from "./_components/state-mark.tsx";
import styles from "./empty-screen.module.css";

const ARGUMENT = "train.log";
const WATCH = `npm run watch -- ${ARGUMENT}`;
const SAMPLE = "npm run watch -- public/examples/tiny-gpt2.log";

/** No run yet: the one command, what happens then, and something to look at meanwhile. */
export function EmptyScreen({ port }: { port: number }) {
  const t = useTranslations("empty");
  return (
    <main id="main" className={styles.screen}>
      <section className={`${panel.panel} ${styles.paper}`}>
        <h1>{t("title")}</h1>
        <p className={styles.text}>{t("text")}</p>
        <div className={styles.command}>
          <Command command={WATCH} argument={ARGUMENT} />
        </div>
        <p className={styles.note}>{t("note")}</p>
        <GhostStrip />
      </section>
      <aside className={styles.rail}>
        <section>
          <h2>{t("waiting")}</h2>
          <ol className={styles.steps}>
            <li data-done>
              <Icon>
                <path d="M2.5 8.5 6 12l7.5-8" />
              </Icon>
              {t("listening")}
              <span className="num">:{port}</span>
            </li>
            <li>
              <StateMark state="waiting" />
              {t("firstLine")}
            </li>
            <li data-later>
              <span />
              {t("firstVerdict")}
              <span className="num">{t("aboutStep")}</span>
            </li>
          </ol>
        </section>
        <section>
          <h2>{t("formats")}</h2>
          <FormatList />
        </section>
        <section className={styles.sample}>
          <h2>{t("sampleTitle")}</h2>
          <p>{t("sampleText")}</p>
          <Command command={SAMPLE} narrow />
        </section>
      </aside>
    </main>
  );
}
