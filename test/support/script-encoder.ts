// Writes scripts in Microsoft's encoding, independently of the decoder.

/** The three characters that each plain one becomes: of tab, then of space to `~`; `<`, `>` and `@` are escaped. */
const triples = [
  '643769507e2c225a654a4572613a5b5e79665d59755b274c42764560637623622a654d435f51337e53424f5220522063',
  '7a264a21545a467138202b79266632632a572a586c767f2b477b462530522c314f296c3d6949703f3f3f27787b3f3f3f',
  '675f513f3f3f62297a41247e5a2f3b663947323341736f774d215643755f7128263942787c466e534a64485c74314867',
  '72367d6e4b68707d35495d223f6a554b503a6a69602e236a7f097128706f3565497d745c242c5d2d7727544459373f25',
  '7b6d7c3d7c236c436d3438286d5e314e5b392b6e7f3057366f4c547434346b72624c254e33563056735e3a6873785509',
  '57474b7732613b3524442e4d2f646b594f44453b215c2d37684153366158587a4879222e096050756b2d384e29553d3f',
].join('')
const turns = '1201202002021020102011200210200211020201011201021020112001120102'
const escaped: Readonly<Record<string, string>> = { '\r': '@#', '\n': '@&', '<': '@!', '>': '@*', '@': '@$' }

/** ASCII text as `#@~^…^#~@`. */
export function encodedScript(text: string): string {
  let encoded = ''
  let sum = 0
  for (const [index, character] of text.split('').entries()) {
    const code = character.charCodeAt(0)
    sum += code
    const row = code === 9 ? 0 : code - 31
    const at = (row * 3 + Number(turns[index % 64])) * 2
    encoded += escaped[character] ?? String.fromCharCode(Number.parseInt(triples.slice(at, at + 2), 16))
  }
  return `#@~^${number(encoded.length)}${encoded}${number(sum)}^#~@`
}

function number(value: number): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes.toString('base64')
}
