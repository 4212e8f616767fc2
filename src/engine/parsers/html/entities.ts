// Character references in attribute values (WHATWG HTML, 13.2.5.72): numbers, and those names that hide a URL or a script.

const names: Readonly<Record<string, string>> = {
  AMP: '&',
  Colon: ':',
  DiacriticalGrave: '`',
  GT: '>',
  LT: '<',
  NewLine: '\n',
  QUOT: '"',
  Tab: '\t',
  amp: '&',
  apos: "'",
  ast: '*',
  bsol: '\\',
  colon: ':',
  comma: ',',
  commat: '@',
  dollar: '$',
  equals: '=',
  excl: '!',
  grave: '`',
  gt: '>',
  lbrace: '{',
  lbrack: '[',
  lowbar: '_',
  lpar: '(',
  lsqb: '[',
  lt: '<',
  nbsp: ' ',
  num: '#',
  percnt: '%',
  period: '.',
  plus: '+',
  quest: '?',
  quot: '"',
  rbrace: '}',
  rbrack: ']',
  rpar: ')',
  rsqb: ']',
  semi: ';',
  sol: '/',
  verbar: '|',
}

// Numbers may lack the semicolon.
const reference = /&(?:#(?:[xX]([0-9a-fA-F]{1,32})|([0-9]{1,32}));?|([A-Za-z]{2,16});)/g

/** `text` has one character a byte; what is outside Latin-1 becomes UTF-8. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replaceAll(reference, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return names[name] ?? whole
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return '?'
    return code < 0x100
      ? String.fromCharCode(code)
      : Buffer.from(String.fromCodePoint(code)).toString('latin1')
  })
}
