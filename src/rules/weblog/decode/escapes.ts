// Escapes of JavaScript, C and JSON inside of values (`\x27`, `\u003c`, `\u{3c}`, `\047`), and letters that look like ASCII
// ones or are folded to them by databases and browsers: full width forms and the quotes of typography.

/** Never longer than the input. */
export function decodeEscapes(text: string): string {
  if (!text.includes('\\')) return text
  return text.replaceAll(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|u\{0{0,8}([\da-fA-F]{1,6})\}|([0-3][0-7]{2}))/g,
    (whole: string, ...groups: (string | undefined)[]) => {
      const octal = groups[3]
      const code =
        octal === undefined
          ? Number.parseInt(groups[0] ?? groups[1] ?? groups[2] ?? '', 16)
          : Number.parseInt(octal, 8)
      return code <= 0x10_ffff ? String.fromCodePoint(code) : whole
    },
  )
}

const lookalikes: Readonly<Record<string, string>> = {
  '\u02b9': "'",
  '\u02bc': "'",
  '\u2032': "'",
  '\u2044': '/',
  '\u2215': '/',
  '\u2216': '\\',
  '\u2024': '.',
  '\u3002': '.',
  '\ufe64': '<',
  '\ufe65': '>',
  '\uff61': '.',
}

/**
 * Only what an attacker gains by: a text in Japanese keeps its full stops where no full width sign or slash stands beside them.
 */
export function foldLookalikes(text: string): string {
  if (!/[\uff01-\uff5e\u02b9\u02bc\u2032\u2044\u2215\u2216\u2024\ufe64\ufe65]/.test(text)) return text
  return text.replaceAll(
    /[\uff01-\uff5e\u02b9\u02bc\u2032\u2044\u2215\u2216\u2024\u3002\ufe64\ufe65\uff61]/g,
    (sign) => {
      const code = sign.charCodeAt(0)
      return code >= 0xff01 && code <= 0xff5e
        ? String.fromCharCode(code - 0xfee0)
        : (lookalikes[sign] ?? sign)
    },
  )
}
