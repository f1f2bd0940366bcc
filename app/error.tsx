"use client";
import { useTranslations } from "use-intl";
import { Problem } from "./_components/problem.tsx";

export default function ErrorPage({ reset }: { error: Error; reset: () => void }) {
  const t = useTranslations("problem");
  return <Problem title={t("errorTitle")} text={t("errorText")} act={{ label: t("retry"), run: reset }} />;
}
