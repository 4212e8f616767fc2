// Microsoft's Script Encoder (`VBScript.Encode`, `JScript.Encode`): a substitution whose three alphabets take turns by
// position. Blocks are `#@~^` length `==` text checksum `==^#~@`.

/** For each character from tab (as 31) and space to `~`: how it is written in the three alphabets. */
const alphabets = Buffer.from(
  [
    '643769507e2c225a654a4572613a5b5e79665d59755b274c42764560637623622a654d435f51337e53424f5220522063',
    '7a264a21545a467138202b79266632632a572a586c767f2b477b462530522c314f296c3d6949703f3f3f27787b3f3f3f',
    '675f513f3f3f62297a41247e5a2f3b663947323341736f774d215643755f7128263942787c466e534a64485c74314867',
    '72367d6e4b68707d35495d223f6a554b503a6a69602e236a7f097128706f3565497d745c242c5d2d7727544459373f25',
    '7b6d7c3d7c236c436d3438286d5e314e5b392b6e7f3057366f4c547434346b72624c254e33563056735e3a6873785509',
    '57474b7732613b3524442e4d2f646b594f44453b215c2d37684153366158587a4879222e096050756b2d384e29553d3f',
  ].join(''),
  'hex',
)
/** Which alphabet is used at each of 64 positions. */
const turns = '1201202002021020102011200210200211020201011201021020112001120102'

const tables: readonly Uint8Array[] = [0, 1, 2].map((alphabet) => {
  const table = Uint8Array.from({ length: 256 }, (_, code) => code)
  for (let code = 31; code < 127; code++)
    table[alphabets[(code - 31) * 3 + alphabet]!] = code === 31 ? 9 : code
  return table
})

const escapes: Readonly<Record<string, string>> = { '&': '\n', '#': '\r', '*': '>', '!': '<', $: '@' }
const maxDecoded = 4 * 1024 * 1024

/** The text with every encoded block replaced by what it says; the same text where there is none. */
export function decodeScripts(text: string): string {
  let out = ''
  let from = 0
  for (
    let start = text.indexOf('#@~^');
    start >= 0 && start < maxDecoded;
    start = text.indexOf('#@~^', from)
  ) {
    const body = start + 12
    const end = text.indexOf('^#~@', body)
    if (end < 0) break
    out += text.slice(from, start) + decoded(text.slice(body, Math.max(body, end - 8)))
    from = end + 4
  }
  return from === 0 ? text : out + text.slice(from)
}

function decoded(body: string): string {
  let out = ''
  let position = 0
  for (let at = 0; at < body.length; at++) {
    const letter = body[at]!
    const escaped = letter === '@' ? escapes[body[at + 1] ?? ''] : undefined
    if (escaped !== undefined) {
      out += escaped
      at++
      position++
      continue
    }
    const code = body.charCodeAt(at)
    // Bytes above ASCII stay as they are and do not count.
    if (code > 127) {
      out += letter
      continue
    }
    const isCoded = code !== 10 && code !== 13
    out += isCoded ? String.fromCharCode(tables[Number(turns[position & 63])]![code]!) : letter
    position++
  }
  return out
}
