"use client";
import { useTranslations } from "use-intl";
import { Problem } from "./_components/problem.tsx";

export default function NotFoundPage() {
  const t = useTranslations("problem");
  return <Problem title={t("notFoundTitle")} text={t("notFoundText")} />;
}
