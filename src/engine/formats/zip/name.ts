// Member names (APPNOTE 4.4.4 bit 11 and appendix D): UTF-8 where it is valid, whatever the flag says, else the
// original IBM code page 437. Control characters stay; whoever prints escapes them.

const upperHalf =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀' +
  'αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0'
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function decodeZipName(bytes: Uint8Array): string {
  let all = 0
  for (const byte of bytes) all |= byte
  if (all < 0x80) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  try {
    return utf8.decode(bytes)
  } catch {
    let name = ''
    for (const byte of bytes) name += byte < 0x80 ? String.fromCharCode(byte) : upperHalf.charAt(byte - 0x80)
    return name
  }
}
