"use client";
import { usePathname, useRouter } from "next/navigation.js";
import { useTransition } from "react";
import { useLocale, useTranslations } from "use-intl";
import type { Language } from "#lib/protocol/index.ts";
import { FindButton, type Theme, useLiveRuns, useOpenAlerts } from "../_shell/index.ts";
import { BrandMark } from "./brand-mark.tsx";
import { Link } from "./link.tsx";
import { rememberChoice } from "./preference-cookie.ts";
import { Segmented } from "./segmented.tsx";
import { ThemeToggle } from "./theme-toggle.tsx";
import styles from "./top-bar.module.css";

type Props = {
  /** As the server knew them when it answered. */
  theme: Theme;
  liveRuns: number;
  openAlerts: number;
};

export function TopBar({ theme, liveRuns, openAlerts: rendered }: Props) {
  const t = useTranslations("app");
  const path = usePathname();
  const live = useLiveRuns(liveRuns, path);
  const openAlerts = useOpenAlerts(rendered, path);
  return (
    <header className={styles.bar}>
      <a className={styles.skip} href="#main">
        {t("skip")}
      </a>
      <Link className={styles.brand} href="/" aria-label={t("name")}>
        <BrandMark />
        <span className={styles.name}>{t("name")}</span>
      </Link>
      <nav className={styles.nav}>
        <Link href="/" aria-current={path === "/" ? "page" : path.startsWith("/runs/") ? "true" : undefined}>
          {t("runs")}
          {live > 0 && <LiveCount count={live} />}
        </Link>
        <Link href="/alerts" aria-current={path.startsWith("/alerts") ? "page" : undefined}>
          {t("alerts")}
          {openAlerts > 0 && <AlertCount count={openAlerts} />}
        </Link>
        <Link href="/settings" aria-current={path === "/settings" ? "page" : undefined}>
          {t("settings")}
        </Link>
      </nav>
      <FindButton />
      <div className={styles.language}>
        <LanguageChoice />
      </div>
      <ThemeToggle rendered={theme} />
    </header>
  );
}

function LiveCount({ count }: { count: number }) {
  const t = useTranslations("shell");
  return (
    <span className={styles.count}>
      <span aria-hidden="true">{count}</span>
      <span className="visually-hidden">{t("live", { count: String(count) })}</span>
    </span>
  );
}

function AlertCount({ count }: { count: number }) {
  const t = useTranslations("shell");
  return (
    <span className={styles.count}>
      <span aria-hidden="true">{count}</span>
      <span className="visually-hidden">{t("openAlerts", { count: String(count) })}</span>
    </span>
  );
}

export function LanguageChoice() {
  const t = useTranslations("app");
  const language = useLocale();
  const router = useRouter();
  const [, startTransition] = useTransition();
  const choose = (chosen: Language): void => {
    rememberChoice("cw-lang", chosen);
    startTransition(() => router.refresh());
  };
  return (
    <Segmented<Language>
      label={t("language")}
      value={language}
      onChange={choose}
      options={[
        { value: "en", label: <span lang="en">EN</span> },
        { value: "zh-CN", label: <span lang="zh-CN">中文</span> },
      ]}
    />
  );
}
