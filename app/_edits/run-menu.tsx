"use client";
import { Menu } from "@mantine/core";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Icon } from "../_components/icon.tsx";
import menu from "../_components/menu.module.css";
import { useRunEdits } from "./edit-run.ts";
import styles from "./run-menu.module.css";

type Props = {
  run: { id: string; name: string; archived: boolean; deletedAt: number | null };
  /** Begins to rename in place; left out where that cannot be done. */
  onRename?: () => void;
  /** The run has left the list that it was in. */
  onGone?: () => void;
};

/** What can be done to a run. */
export function RunMenu({ run, onRename, onGone = () => {} }: Props) {
  const t = useTranslations("about");
  const edits = useRunEdits(run);
  const go = (work: Promise<boolean>): void => void work.then((done) => done && onGone());
  const [isRenaming, setRenaming] = useState(false);
  return (
    <Menu
      onOpen={() => setRenaming(false)}
      // As it closes the menu gives the focus back to its button, unless the field for the name is to have it.
      returnFocus={!isRenaming}
      classNames={{ dropdown: menu.dropdown, item: menu.item }}
      position="bottom-end"
      offset={4}
    >
      <Menu.Target>
        <button type="button" className={styles.target} aria-label={t("menuOf", { name: run.name })}>
          <Icon>
            <path d="M3.5 8h.01M8 8h.01M12.5 8h.01" strokeWidth="2.5" />
          </Icon>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {onRename && (
          <Menu.Item
            onClick={() => {
              setRenaming(true);
              onRename();
            }}
          >
            {t("rename")}
          </Menu.Item>
        )}
        {run.deletedAt === null ? (
          <>
            <Menu.Item onClick={() => go(edits.archive(!run.archived))}>
              {t(run.archived ? "unarchive" : "archive")}
            </Menu.Item>
            <Menu.Item onClick={() => go(edits.remove())}>{t("delete")}</Menu.Item>
          </>
        ) : (
          <Menu.Item onClick={() => go(edits.restore())}>{t("restore")}</Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
