// haechi collect verify: reads a package again and says whether it is as it was written.

import {
  readIdentities,
  readPublicKey,
  verifyPackage,
  type VerifyResult,
} from '../../collect/package/index.ts'
import { formatSize } from '../../config/units.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import type { Terminal } from '../render/terminal.ts'
import type { CollectValues } from './options.ts'

const mostTold = 40
const statusEveryMs = 200

export async function runVerify(path: string, given: CollectValues, terminal: Terminal): Promise<ExitCode> {
  let toldMs = 0
  const result = await verifyPackage(path === '-' ? process.stdin : path, {
    ...(given.identity === undefined ? {} : { identities: readIdentities(given.identity) }),
    ...(given.key === undefined ? {} : { publicKey: readPublicKey(given.key) }),
    progress(bytes) {
      if (performance.now() - toldMs < statusEveryMs) return
      toldMs = performance.now()
      terminal.status(`${formatSize(bytes)}  ${path}`)
    },
  })
  terminal.status('')
  if (given.json === true) terminal.out(jsonLine(verifyLine(path, result)))
  else show(path, result, terminal)
  return result.isRight ? exitCodes.clean : exitCodes.found
}

function verifyLine(path: string, result: VerifyResult): object {
  const { isRight, isEncrypted, case: _, fingerprint: __, ...rest } = result
  return {
    type: 'collect-verify',
    version: 1,
    package: path,
    right: isRight,
    encrypted: isEncrypted,
    ...rest,
  }
}

function show(path: string, result: VerifyResult, terminal: Terminal): void {
  const { findings, findingCount, publicKey = 'nobody', fingerprint = '' } = result
  terminal.out(
    `${terminal.safe(path)}: ${terminal.style(result.isRight ? 'green' : 'red', result.isRight ? 'as it was written' : 'NOT as it was written')}`,
  )
  terminal.out(
    `  ${result.members} members are right, of ${result.lines} lines in the manifest; ${formatSize(result.bytes)} were read`,
  )
  terminal.out(
    `  signature ${result.signature}, by ${publicKey}${fingerprint === '' ? '' : ` (fingerprint ${fingerprint})`}`,
  )
  terminal.out(`  ${terminal.safe(result.proves)}`)
  for (const { kind, member, text } of findings.slice(0, mostTold))
    terminal.out(
      `  ${terminal.style('red', kind)}  ${terminal.safe(member === undefined ? text : `${member}: ${text}`)}`,
    )
  if (findingCount > mostTold) terminal.out(`  and ${findingCount - mostTold} more`)
}
