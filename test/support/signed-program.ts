// A small program with an Authenticode signature, for tests.

import { imageDigests, peLayoutOf } from '../../src/evidence/authenticode/index.ts'
import { memorySource } from '../../src/evidence/source.ts'
import { addImports, PeWriter, withSignatures } from '../../src/engine/parsers/pe/pe-writer.ts'
import { attribute, authenticode, type Identity } from '../../src/engine/parsers/pkcs7/signature-writer.ts'

const fewImports = { 'KERNEL32.dll': ['ExitProcess'] }

export function smallProgram(imports: Readonly<Record<string, readonly string[]>> = fewImports): Buffer {
  const writer = new PeWriter({ is64: true, imageBase: 0x140000000n })
  writer.add(Buffer.alloc(64, 0xc3))
  return addImports(writer, imports, { is64: true }).build()
}

export interface SignOptions {
  readonly signer: Identity
  /** Further certificates in the signature. */
  readonly others?: readonly Identity[]
  readonly unsigned?: (signature: Buffer) => readonly Buffer[]
}

/** The digest that a signature of this program has. */
export function programDigest(program: Buffer): Buffer {
  const source = memorySource(program)
  const layout = peLayoutOf(source)
  const digest = layout === undefined ? undefined : imageDigests(source, layout, ['sha256']).get('sha256')
  if (digest === undefined) throw new Error('not a program')
  return digest
}

export function signatureOf(program: Buffer, { signer, others = [], unsigned }: SignOptions): Buffer {
  return authenticode({
    signer,
    certificates: [signer, ...others],
    digest: programDigest(program),
    ...(unsigned === undefined ? {} : { unsigned }),
  })
}

export function signedProgram(program: Buffer, options: SignOptions): Buffer {
  return withSignatures(program, [signatureOf(program, options)])
}

/** Puts a signature into another one. */
export function nestedAttribute(signature: Buffer): Buffer {
  return attribute('1.3.6.1.4.1.311.2.4.1', signature)
}
