"use client";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { untilLoaded } from "../../_components/until-loaded.ts";

export type SheetProps = {
  title: string;
  opened: boolean;
  onClose: () => void;
  /** In the middle of the page, or from its lower edge as on a phone. */
  place: "centre" | "below";
  children: ReactNode;
};

const SheetContent = lazy(() => untilLoaded(() => import("./sheet-content.tsx")));

/**
 * Something that needs the whole page for a while. It keeps the focus, and Escape or a click beside it ends it. Its code
 * comes when it is first opened.
 */
export function Sheet(props: SheetProps) {
  const [used, setUsed] = useState(false);
  if (props.opened && !used) setUsed(true);
  return <Suspense>{used && <SheetContent {...props} />}</Suspense>;
}
