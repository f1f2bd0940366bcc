import type { Metadata } from "next";
import { getRuntime } from "../_server/runtime.ts";
import { ChannelSettings } from "./channel-settings.tsx";

export const metadata: Metadata = { title: "Settings" };

export default async function SettingsPage() {
  return <ChannelSettings channels={await getRuntime().views.channels()} />;
}
