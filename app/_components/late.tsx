"use client";
import { type ReactNode, Suspense } from "react";
import { useAlive } from "./clock.ts";

/** What is loaded after the page: shown in the browser alone, for what can be typed into is to listen when it is there. */
export function Late({ fallback = null, children }: { fallback?: ReactNode; children: ReactNode }) {
  return useAlive() ? <Suspense fallback={fallback}>{children}</Suspense> : fallback;
}
