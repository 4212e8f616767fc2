// Writes objects of RTF: the header of OLE 1.0 ([MS-OLEDS] 2.2) around native data, in hexadecimal.

function u32Of(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function textOf(text: string): Buffer {
  return text === '' ? u32Of(0) : Buffer.concat([u32Of(text.length + 1), Buffer.from(`${text}\0`, 'latin1')])
}

export interface Ole1Part {
  readonly className: string
  readonly topic?: string
  readonly isLinked?: boolean
  readonly native?: Uint8Array | string
  /** Instead of the true size. */
  readonly size?: number
}

export function ole1Of({ className, topic = '', isLinked = false, native = '', size }: Ole1Part): Buffer {
  const data = typeof native === 'string' ? Buffer.from(native, 'latin1') : Buffer.from(native)
  const head = [u32Of(0x501), u32Of(isLinked ? 1 : 2), textOf(className), textOf(topic), textOf('')]
  return Buffer.concat(
    isLinked ? [...head, textOf(''), u32Of(0), u32Of(0)] : [...head, u32Of(size ?? data.length), data],
  )
}

/** The native data of the Object Packager. */
export function packageOf(name: string, data: string): Buffer {
  const path = `C:\\Temp\\${name}\0`
  return Buffer.concat([
    Buffer.from(`\x02\0${name}\0C:\\Users\\x\\${name}\0\0\0\x03\0`, 'latin1'),
    u32Of(path.length),
    Buffer.from(path, 'latin1'),
    u32Of(data.length),
    Buffer.from(data, 'latin1'),
  ])
}

/** A document with one object. */
export function rtfOf(object: Uint8Array, words = '\\objemb'): string {
  const digits = Buffer.from(object).toString('hex').replaceAll(/.{64}/g, '$&\r\n')
  return `{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 Arial;}}\\pard Some text.\\par{\\object${words}\\objw380\\objh260{\\*\\objdata ${digits}}{\\result x}}}`
}
