// Texts from outside are kept at a bounded length.

const maxText = 512

export function cut(text: string, length = maxText): string {
  return text.length > length ? `${text.slice(0, length)}…` : text
}
