import type { Metadata } from "next";
import { MESSAGES } from "../_messages/index.ts";
import { preferences } from "../_server/preferences.ts";
import { getRuntime } from "../_server/runtime.ts";
import { ThisBrowser } from "../_shell/index.ts";
import { ChannelSettings } from "./channel-settings.tsx";
import { RulesLink } from "./rules-link.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: MESSAGES[(await preferences()).language].settings.title };
}

export default async function SettingsPage() {
  const [channels, { theme }] = await Promise.all([getRuntime().views.channels(), preferences()]);
  return (
    <ChannelSettings channels={channels}>
      <RulesLink />
      <ThisBrowser theme={theme ?? "system"} />
    </ChannelSettings>
  );
}
