// The anchors of a Markdown document, as GitHub makes them of its headings.

export const headings = (markdown) => new Set(
  [...markdown.matchAll(/^#{1,6} +(.+?) *$/gm)].map((one) => one[1].toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-')),
);
