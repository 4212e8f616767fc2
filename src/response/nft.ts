// nftables through nft(8): the rules of the kernel, changed in one transaction each. JSON as libnftables-json(5) has it; text only
// for what version 1.0 cannot say in JSON.

import { AppError } from '../base/app-error.ts'
import { findProgram, type Ran, runProgram } from './run-program.ts'

/** A statement of a transaction, e.g. `{ add: { table: … } }`. */
export type NftCommand = Readonly<Record<string, unknown>>

export type NftInput =
  | { readonly json: readonly NftCommand[] }
  /** Commands of nft, one a line; the caller vouches for what it puts in. */
  | { readonly text: string }

/** A process whose network namespace is meant; absent: our own. */
export type Place = number | undefined

/** Throws AppError `unsupported` where nft is missing. */
export function requireNft(): void {
  if (findProgram('nft') !== undefined) return
  throw new AppError('unsupported', 'the program nft is missing, which changes the firewall of the kernel', {
    hint: 'install it: apt-get install nftables',
  })
}

/** All of it or nothing. Throws AppError. */
export async function changeRules(input: NftInput, place?: Place): Promise<void> {
  // As an argument: nft opens /dev/stdin by its name, which it cannot when that is a socket, as a child of Node has it.
  const args = 'json' in input ? ['-j', JSON.stringify({ nftables: input.json })] : [input.text]
  const ran = await runNft(args, place)
  if (ran.code !== 0) throw refusal(ran)
}

/** The objects of a table; undefined when there is none of this name. Throws AppError. */
export async function listTable(name: string, place?: Place): Promise<readonly NftCommand[] | undefined> {
  const ran = await runNft(['-j', 'list', 'table', 'inet', name], place)
  if (ran.code !== 0) {
    if (ran.stderr.includes('No such file or directory')) return undefined
    throw refusal(ran)
  }
  const { nftables } = JSON.parse(ran.stdout) as { nftables?: readonly NftCommand[] }
  return nftables ?? []
}

/** False when there was none. Throws AppError. */
export async function deleteTable(name: string, place?: Place): Promise<boolean> {
  if ((await listTable(name, place)) === undefined) return false
  await changeRules({ json: [{ delete: { table: { family: 'inet', name } } }] }, place)
  return true
}

function runNft(args: readonly string[], place: Place): Promise<Ran> {
  requireNft()
  if (place === undefined) return runProgram('nft', args)
  const nft = findProgram('nft') ?? 'nft'
  return runProgram('nsenter', [`--net=/proc/${place}/ns/net`, nft, ...args])
}

function refusal({ stderr, code }: Ran): AppError {
  const [line = ''] = stderr.split('\n')
  const isForbidden = stderr.includes('Operation not permitted')
  return new AppError(
    isForbidden ? 'permission' : 'kernel',
    `nft refused with ${code}: ${line === '' ? 'no reason given' : line}`,
    { hint: isForbidden ? 'it takes root, or CAP_NET_ADMIN' : '' },
  )
}
