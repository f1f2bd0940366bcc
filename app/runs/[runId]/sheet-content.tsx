"use client";
import { Drawer, Modal } from "@mantine/core";
import { useTranslations } from "use-intl";
import { Icon } from "../../_components/icon.tsx";
import type { SheetProps } from "./sheet.tsx";
import styles from "./sheet-content.module.css";

const STILL = { duration: 0 };

export default function SheetContent({ title, opened, onClose, place, children }: SheetProps) {
  const t = useTranslations("rail");
  const Kind = place === "centre" ? Modal : Drawer;
  return (
    <Kind.Root
      opened={opened}
      onClose={onClose}
      transitionProps={STILL}
      classNames={{
        overlay: styles.overlay,
        inner: place === "centre" ? styles.centre : styles.below,
        content: styles.content,
        title: styles.title,
        close: styles.close,
        body: styles.body,
      }}
    >
      <Kind.Overlay transitionProps={STILL} />
      <Kind.Content>
        {/* Not their Header: a second banner is no landmark of the page. */}
        <div className={styles.header}>
          <Kind.Title>{title}</Kind.Title>
          <Kind.CloseButton
            aria-label={t("close")}
            icon={
              <Icon>
                <path d="m4 4 8 8M12 4l-8 8" />
              </Icon>
            }
          />
        </div>
        <Kind.Body>{children}</Kind.Body>
      </Kind.Content>
    </Kind.Root>
  );
}
