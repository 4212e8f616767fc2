// The code by which a PE file packed by UPX begins: it says where the packed bytes are, also where the header was wiped to
// keep `upx -d` from working.

import { u32 } from '../../codecs/little-endian.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import type { PeLayout } from '../pe/index.ts'

export interface Stub {
  /** Where the packed bytes begin in the file. */
  readonly source: number
  /** Told by stubs for LZMA. */
  readonly unpackedBytes: number | undefined
  /** As in the header that was wiped, as far as the code shows. */
  readonly filter: number
  readonly filterMark: number
}

const stubBytes = 4096
/** DLLs begin with the question whether they are being loaded. */
const longestPrologue = 48
/** pusha; mov esi, source; lea edi, [esi + distance]; push edi */
const stub32 = /`\xbe([\s\S]{4})\x8d\xbe[\s\S]{4}W/
/** push rbx, rsi, rdi, rbp; lea rsi, [rip + distance]; lea rdi, [rsi + distance] */
const stub64 = /SVWUH\x8d5([\s\S]{4})H\x8d\xbe/
/** push unpacked size; push edi; add ebx, 4; push ebx; push packed size; push esi */
const lzmaSizes32 = /h([\s\S]{4})W\x83\xc3[\s\S]Sh[\s\S]{4}V/
/** push rdi; mov eax, unpacked size; push rax; mov rcx, rsp */
const lzmaSizes64 = /W\xb8([\s\S]{4})PH\x89\xe1/
/** cmp byte [edi], mark; jne: before a target is changed back. */
const markTest32 = /\x80\x3f([\s\S])u/
/** mov rdi, rsi; mov rsi, length; mov dl, mark */
const markTest64 = /H\x89\xf7H\xc7\xc6[\s\S]{4}\xb2([\s\S])/
/** What UPX uses for each. */
const filter32 = 0x26
const filter64 = 0x49

/** Undefined: another program. */
export function stubAt(source: ByteSource, layout: PeLayout): Stub | undefined {
  const { entryPointOffset } = layout
  const optional = layout.headers.optional
  if (entryPointOffset === undefined || optional === undefined) return undefined
  const code = Buffer.from(source.read(entryPointOffset, stubBytes)).toString('latin1')
  const start = code.slice(0, longestPrologue + 16)
  const found = (optional.isPe32Plus ? stub64 : stub32).exec(start)
  if (found === null || found.index > longestPrologue) return undefined
  const operand = u32(Buffer.from(found[1] ?? '', 'latin1'), 0)
  const rva = optional.isPe32Plus
    ? optional.entryPoint + found.index + 11 + (operand | 0)
    : operand - Number(optional.imageBase)
  const at = layout.offsetOfRva(rva)
  if (at === undefined) return undefined
  const size = (optional.isPe32Plus ? lzmaSizes64 : lzmaSizes32).exec(code)?.[1]
  const mark = (optional.isPe32Plus ? markTest64 : markTest32).exec(code)?.[1]
  const filter = optional.isPe32Plus ? filter64 : filter32
  return {
    source: at,
    unpackedBytes: size === undefined ? undefined : u32(Buffer.from(size, 'latin1'), 0),
    filter: mark === undefined ? 0 : filter,
    filterMark: mark?.charCodeAt(0) ?? 0,
  }
}
