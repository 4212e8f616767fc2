// What PHP's strings spell with backslashes (https://www.php.net/manual/en/language.types.string.php).

export function unescapeSingle(raw: string): string {
  return raw.replaceAll(/\\([\\'])/g, '$1')
}

const simple: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  e: '\x1b',
  f: '\f',
  '\\': '\\',
  $: '$',
  '"': '"',
  '`': '`',
}

/** `spellsLetters`: a letter or underscore is written as a number, which nobody needs who has nothing to hide. */
export function unescapeDouble(raw: string): { value: string; spellsLetters: boolean } {
  let letters = 0
  const spell = (code: number): string => {
    if ((code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95) letters++
    return String.fromCharCode(code & 255)
  }
  const value = raw.replaceAll(
    /\\(?:x([0-9A-Fa-f]{1,2})|([0-7]{1,3})|u\{([0-9A-Fa-f]{1,6})\}|([nrtvef\\$"`]))/g,
    (_, ...groups: (string | undefined)[]) => {
      const [hex, octal, point, letter] = groups
      if (hex !== undefined) return spell(Number.parseInt(hex, 16))
      if (octal !== undefined) return spell(Number.parseInt(octal, 8))
      if (point !== undefined) {
        const code = Number.parseInt(point, 16)
        if (code < 128) return spell(code)
        return code > 0x10ffff ? '' : Buffer.from(String.fromCodePoint(code)).toString('latin1')
      }
      return simple[letter ?? ''] ?? ''
    },
  )
  return { value, spellsLetters: letters > 0 }
}
