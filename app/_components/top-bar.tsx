"use client";
import { usePathname, useRouter } from "next/navigation.js";
import { useTransition } from "react";
import { useLocale, useTranslations } from "use-intl";
import type { Language } from "#lib/protocol/index.ts";
import { BrandMark } from "./brand-mark.tsx";
import { Link } from "./link.tsx";
import { rememberChoice } from "./preference-cookie.ts";
import { Segmented } from "./segmented.tsx";
import { ThemeToggle } from "./theme-toggle.tsx";
import styles from "./top-bar.module.css";

export function TopBar() {
  const t = useTranslations("app");
  const path = usePathname();
  return (
    <header className={styles.bar}>
      <a className={styles.skip} href="#main">
        {t("skip")}
      </a>
      <Link className={styles.brand} href="/">
        <BrandMark />
        {t("name")}
      </Link>
      <nav className={styles.nav}>
        <Link href="/" aria-current={path === "/" ? "page" : path.startsWith("/runs/") ? "true" : undefined}>
          {t("runs")}
        </Link>
        <Link href="/settings" aria-current={path === "/settings" ? "page" : undefined}>
          {t("settings")}
        </Link>
      </nav>
      <LanguageChoice />
      <ThemeToggle />
    </header>
  );
}

function LanguageChoice() {
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
