// GUIDs as [MS-ONESTORE] writes them and as they lie in a file ([MS-DTYP] 2.3.4.2).

export function guidBytes(text: string): Uint8Array {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex')
  bytes.subarray(0, 4).swap32()
  bytes.subarray(4, 8).swap16()
  return bytes
}
