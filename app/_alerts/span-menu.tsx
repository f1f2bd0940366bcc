"use client";
import { Menu } from "@mantine/core";
import type { ReactNode } from "react";
import { useLocale, useTranslations } from "use-intl";
import { formatDuration } from "#lib/core/index.ts";
import button from "../_components/button.module.css";
import menu from "../_components/menu.module.css";
import { SPANS } from "./spans.ts";

type Props = {
  label: string;
  children: ReactNode;
  /** @param minutes null: until somebody ends it */
  onChoose: (minutes: number | null) => void;
  /** Offers "until I end it" too. */
  isEndless?: boolean;
  /** The key that opens it. */
  hotkey?: string;
};

/** A button that asks for how long. */
export function SpanMenu({ label, children, onChoose, isEndless = false, hotkey }: Props) {
  const t = useTranslations("alerts");
  const language = useLocale();
  return (
    <Menu classNames={{ dropdown: menu.dropdown, item: menu.item }} position="bottom-end" offset={4}>
      <Menu.Target>
        <button type="button" className={button.button} aria-label={label} data-key={hotkey}>
          {children}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {SPANS.map((minutes) => (
          <Menu.Item key={minutes} onClick={() => onChoose(minutes)}>
            {t("forSpan", { span: formatDuration(minutes * 60_000, language) })}
          </Menu.Item>
        ))}
        {isEndless && <Menu.Item onClick={() => onChoose(null)}>{t("untilEnded")}</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  );
}
