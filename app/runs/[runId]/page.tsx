import type { Metadata } from "next";
import { notFound } from "next/navigation.js";
import { getRuntime } from "../../_server/runtime.ts";
import { RunScreen } from "./run-screen.tsx";

type Props = { params: Promise<{ runId: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const view = await getRuntime().views.run((await params).runId);
  return view ? { title: view.name } : {};
}

export default async function RunPage({ params }: Props) {
  const view = await getRuntime().views.run((await params).runId);
  if (!view) notFound();
  return <RunScreen key={view.id} initial={view} />;
}
