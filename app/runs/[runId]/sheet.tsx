"use client";
import { Drawer, Modal } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Icon } from "../../_components/icon.tsx";
import styles from "./sheet.module.css";

type Props = {
  title: string;
  opened: boolean;
  onClose: () => void;
  /** In the middle of the page, or from its lower edge as on a phone. */
  place: "centre" | "below";
  children: ReactNode;
};

const STILL = { duration: 0 };

/** Something that needs the whole page for a while. It keeps the focus, and Escape or a click beside it ends it. */
export function Sheet({ title, opened, onClose, place, children }: Props) {
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
