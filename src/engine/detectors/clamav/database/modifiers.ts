// The modifiers `f` and `w` of subsignatures, which ClamAV defines as changes of the signature's text. Both make jumps of
// the old square brackets: two bytes of a wide character cannot be anchored.

/** `(W)` at both ends; undefined when a bracket is not closed. */
export function fullword(text: string): string | undefined {
  const jumps = text.replace(/\[([^\]]*)\]/g, '{$1}')
  return jumps.includes('[') ? undefined : `(W)${jumps}(W)`
}

/** A zero behind each byte, wildcards included; undefined when the text has no such form. */
export function widened(text: string): string | undefined {
  let wide = ''
  for (let at = 0; at < text.length;) {
    token.lastIndex = at
    const match = token.exec(text)
    if (match === null) return undefined
    at = token.lastIndex
    const [whole, jump, structure] = match
    if (jump !== undefined) wide += `{${jump}}`
    else wide += structure === undefined ? `${whole}00` : whole
  }
  return wide
}

/** A jump, something that stays as it is, or a byte. */
const token = /[[{]([^\]}]*)[\]}]|(!?\((?:[BLW]\))?|[*|)])|[0-9a-f?]{2}/iy
