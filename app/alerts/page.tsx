import type { Metadata } from "next";
import { MESSAGES } from "../_messages/index.ts";
import { preferences } from "../_server/preferences.ts";
import { getRuntime } from "../_server/runtime.ts";
import { AlertsScreen } from "./alerts-screen.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: MESSAGES[(await preferences()).language].alerts.title };
}

export default async function AlertsPage() {
  return <AlertsScreen initial={await getRuntime().views.alerts()} />;
}
