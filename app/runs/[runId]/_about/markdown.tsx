"use client";
import ReactMarkdown from "react-markdown";
import rehypeSanitize from "rehype-sanitize";

/** Markdown as a person wrote it; what could act in it is taken out. Images are left out: the page asks nobody else. */
export default function Markdown({ text }: { text: string }) {
  return (
    <ReactMarkdown
      rehypePlugins={[rehypeSanitize]}
      disallowedElements={["img"]}
      components={{ a: ({ children, href }) => <Outside href={href}>{children}</Outside> }}
    >
      {text}
    </ReactMarkdown>
  );
}

function Outside({ href, children }: { href: string | undefined; children: React.ReactNode }) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}
