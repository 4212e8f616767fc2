// Character references of HTML: numeric ones with and without a semicolon, and the names that stand for signs of a language.
// https://html.spec.whatwg.org/multipage/parsing.html#character-reference-state

const names: Readonly<Record<string, string>> = {
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
  lcub: '{',
  lowbar: '_',
  lpar: '(',
  lsqb: '[',
  lt: '<',
  nbsp: ' ',
  newline: '\n',
  num: '#',
  percnt: '%',
  period: '.',
  plus: '+',
  quest: '?',
  quot: '"',
  rbrace: '}',
  rbrack: ']',
  rcub: '}',
  rpar: ')',
  rsqb: ']',
  semi: ';',
  sol: '/',
  tab: '\t',
  verbar: '|',
  vert: '|',
}

/** Never longer than the input. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replaceAll(
    /&(?:#[xX]0{0,16}([\da-fA-F]{1,6})|#0{0,16}(\d{1,7})|([A-Za-z]{2,8})(?=;));?/g,
    (whole: string, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) {
        const known = name.toLowerCase()
        return Object.hasOwn(names, known) ? (names[known] ?? whole) : whole
      }
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
      return code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code) : whole
    },
  )
}
