"use client";
import { Modal } from "@mantine/core";
import { useTranslations } from "use-intl";
import { Icon } from "../_components/icon.tsx";
import dialog from "./dialog.module.css";
import styles from "./help-sheet.module.css";
import { KEY_GROUPS, keysOfPage } from "./keys.ts";
import { Shortcut } from "./shortcut.tsx";
import { useSingleKeys } from "./single-keys.ts";

type Props = { opened: boolean; onClose: () => void };

/** The keys that work on this page, by where they work. */
export default function HelpSheet({ opened, onClose }: Props) {
  const t = useTranslations("shell");
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      withCloseButton={false}
      transitionProps={{ duration: 0 }}
      classNames={{
        inner: dialog.inner!,
        overlay: dialog.overlay!,
        content: `${dialog.content} ${styles.content}`,
      }}
    >
      {/* Mantine's own heading is a banner, of which a page has one already. */}
      <div className={styles.header}>
        <Modal.Title className={styles.title}>{t("keysTitle")}</Modal.Title>
        <button type="button" className={styles.close} aria-label={t("close")} onClick={onClose}>
          <Icon>
            <path d="m3.5 3.5 9 9M12.5 3.5l-9 9" />
          </Icon>
        </button>
      </div>
      {opened && <Groups />}
    </Modal>
  );
}

function Groups() {
  const t = useTranslations("shell");
  const keys = keysOfPage();
  const singleKeys = useSingleKeys();
  return (
    <>
      {!singleKeys && <p className={styles.off}>{t("keysOff")}</p>}
      <div className={styles.groups}>
        {KEY_GROUPS.map((group) => {
          const entries = keys.filter((entry) => entry.group === group);
          if (entries.length === 0) return null;
          return (
            <section key={group}>
              <h3>{t(`group.${group}`)}</h3>
              <dl>
                {entries.map((entry) => (
                  <div key={entry.name}>
                    <dt>
                      <Shortcut entry={entry} />
                    </dt>
                    <dd>{t(`key.${entry.name}`)}</dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
      </div>
    </>
  );
}
