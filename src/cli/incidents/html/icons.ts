// What each kind of thing looks like in the graph: strokes on a field of 16 by 16, our own drawings.

import type { NodeKind } from '../../../model/index.ts'

const icons: Readonly<Record<NodeKind, string>> = {
  process: '<rect x="1.5" y="2.5" width="13" height="11" rx="2"/><path d="M4.5 6l2.5 2-2.5 2M8.5 10.5h3"/>',
  file: '<path d="M3.5 1.5h6l3 3v10h-9zM9.5 1.5v3h3"/>',
  request: '<path d="M1.5 8h9M7.5 4.5L11 8l-3.5 3.5M14 2.5v11"/>',
  address: '<circle cx="8" cy="8" r="6.5"/><path d="M1.5 8h13M8 1.5c-4 4-4 9 0 13M8 1.5c4 4 4 9 0 13"/>',
  session: '<circle cx="5.5" cy="8" r="3.5"/><path d="M9 8h6M12.5 8v3M15 8v2"/>',
  account: '<circle cx="8" cy="5" r="3.2"/><path d="M2 14.5c0-7 12-7 12 0"/>',
  service:
    '<circle cx="8" cy="8" r="2.4"/><path d="M8 1.5v2.6M8 11.9v2.6M1.5 8h2.6M11.9 8h2.6M3.4 3.4l1.9 1.9M10.7 10.7l1.9 1.9M12.6 3.4l-1.9 1.9M5.3 10.7l-1.9 1.9"/>',
  schedule: '<circle cx="8" cy="8" r="6.5"/><path d="M8 4v4l3 2"/>',
  container: '<path d="M8 1.5l6 3v7l-6 3-6-3v-7zM2 4.5l6 3 6-3M8 7.5v7"/>',
}

/** Definitions to be used by `<use href="#icon-KIND">`. */
export function iconSymbols(): string {
  return Object.entries(icons)
    .map(([kind, strokes]) => `<symbol id="icon-${kind}" viewBox="0 0 16 16">${strokes}</symbol>`)
    .join('')
}

export function icon(kind: NodeKind, place: string): string {
  return `<use href="#icon-${kind}" width="16" height="16" class="icon" ${place}/>`
}

/** The same outside of the graph, in a line of text. */
export function inlineIcon(kind: NodeKind): string {
  return `<svg class="inline" width="14" height="14" aria-hidden="true"><use href="#icon-${kind}" class="icon"/></svg>`
}
