import type { Metadata } from "next";
import { notFound } from "next/navigation.js";
import { MESSAGES } from "../../../../_messages/index.ts";
import { preferences } from "../../../../_server/preferences.ts";
import { getRuntime } from "../../../../_server/runtime.ts";
import { IncidentScreen } from "./incident-screen.tsx";

type Props = { params: Promise<{ runId: string; number: string }> };

const read = async ({ params }: Props) => {
  const { runId, number } = await params;
  return getRuntime().views.incident(`${runId}-${number}`);
};

export async function generateMetadata(props: Props): Promise<Metadata> {
  const [{ language }, incident] = await Promise.all([preferences(), read(props)]);
  return { title: incident ? `${incident.title[language]}: ${incident.runName}` : MESSAGES[language].alerts.title };
}

export default async function IncidentPage(props: Props) {
  const incident = await read(props);
  if (!incident) notFound();
  const { views } = getRuntime();
  const [{ channels }, stories] = await Promise.all([
    views.alerts(),
    Promise.all(incident.alerts.map(({ id }) => views.story(id))),
  ]);
  return <IncidentScreen incident={incident} channels={channels} stories={stories.map((story) => story ?? [])} />;
}
