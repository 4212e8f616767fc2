// Splits logical signatures at `;` and their subsignatures at `:`, but not within the slashes of a regular expression.

/**
 * The fields of `text`. `plain`: how many of the first fields cannot hold a regular expression. A slash behind a
 * backslash is part of the expression. At most `most` fields; what is left over is the end of the last one.
 */
export function splitOutsideRegex(
  text: string,
  delimiter: string,
  { plain, most }: { readonly plain: number; readonly most: number },
): string[] {
  const fields: string[] = []
  const slashes = text.includes('/')
  let from = 0
  let inRegex = false
  if (!slashes) {
    for (
      let at = text.indexOf(delimiter);
      at >= 0 && fields.length < most - 1;
      at = text.indexOf(delimiter, from)
    ) {
      fields.push(text.slice(from, at))
      from = at + 1
    }
    fields.push(text.slice(from))
    return fields
  }
  for (let at = 0; at < text.length && fields.length < most - 1; at++) {
    const character = text[at]
    if (character === delimiter && !inRegex) {
      fields.push(text.slice(from, at))
      from = at + 1
    } else if (character === '/' && fields.length >= plain && at > 0 && text[at - 1] !== '\\')
      inRegex = !inRegex
  }
  fields.push(text.slice(from))
  return fields
}
