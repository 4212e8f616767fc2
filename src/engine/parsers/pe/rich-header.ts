// The Rich header: which tools of Visual Studio made the object files, between the DOS stub and the PE header. Not
// documented by Microsoft; see bytepointer.com/articles/the_microsoft_rich_header.htm.

/** `DanS`, little-endian. */
const startMark = 0x536e6144
/** The mark and three words of padding. */
const headBytes = 16
const recordBytes = 8

export interface RichTool {
  readonly id: number
  readonly version: number
  /** How many objects the tool made. */
  readonly times: number
}

export interface RichHeader {
  readonly offset: number
  readonly length: number
  /** Each word of the data is XORed with it. */
  readonly key: number
  /** One character for each byte. */
  readonly rawData: string
  readonly clearData: string
  readonly tools: readonly RichTool[]
}

/** Bytes before the PE header that are looked at. Real headers are within the first few hundred. */
const maxStubBytes = 1024 * 1024

export function readRichHeader(bytes: Buffer, peOffset: number): RichHeader | undefined {
  const stub = bytes.subarray(0, Math.min(peOffset, maxStubBytes))
  const end = stub.lastIndexOf('Rich')
  if (end < 0 || end + 8 > stub.length) return undefined
  const key = stub.readUInt32LE(end + 4)
  const mark = Buffer.alloc(4)
  mark.writeUInt32LE((key ^ startMark) >>> 0)
  const offset = stub.subarray(0, end).lastIndexOf(mark)
  if (offset < 0) return undefined
  const clear = Buffer.from(stub.subarray(offset, end))
  for (let at = 0; at < clear.length; at++) clear[at]! ^= stub[end + 4 + (at % 4)]!
  return {
    offset,
    length: end - offset,
    key,
    rawData: stub.toString('latin1', offset, end),
    clearData: clear.toString('latin1'),
    tools: toolsOf(clear),
  }
}

function toolsOf(clear: Buffer): RichTool[] {
  const tools: RichTool[] = []
  for (let at = headBytes; at + recordBytes <= clear.length; at += recordBytes) {
    const version = clear.readUInt16LE(at)
    tools.push({ id: clear.readUInt16LE(at + 2), version, times: clear.readUInt32LE(at + 4) })
  }
  return tools
}
