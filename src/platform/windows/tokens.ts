// Who runs a process: its token's user and integrity level; and our own token's privileges.

import koffi from 'koffi'

import { type Handle, closeHandle, lastError, native, wideText } from './native.ts'
import { sidLength, sidText } from './sid.ts'
import { decode, tokenPrivileges, sidAndAttributes, sizeOf } from './structs.ts'

const advapi32 = 'advapi32.dll'
const openToken = native<boolean>(
  advapi32,
  'bool __stdcall OpenProcessToken(intptr_t process, uint32 access, _Out_ intptr_t *token)',
)
const tokenInformation = native<boolean>(
  advapi32,
  'bool __stdcall GetTokenInformation(intptr_t token, int32 kind, void *into, uint32 length, _Out_ uint32 *needed)',
)
const lookUpSid = native<boolean>(
  advapi32,
  'bool __stdcall LookupAccountSidW(str16 system, void *sid, void *name, _Inout_ uint32 *nameUnits, void *domain, _Inout_ uint32 *domainUnits, _Out_ int32 *use)',
)
const lookUpPrivilege = native<boolean>(
  advapi32,
  'bool __stdcall LookupPrivilegeValueW(str16 system, str16 name, void *luid)',
)
const adjustPrivileges = native<boolean>(
  advapi32,
  'bool __stdcall AdjustTokenPrivileges(intptr_t token, bool disableAll, void *privileges, uint32 length, void *before, void *needed)',
)

const tokenQuery = 0x8
const tokenAdjust = 0x20
const tokenUser = 1
const tokenElevation = 20
const tokenIntegrity = 25
const privilegeEnabled = 2
const maxTokenBytes = 1024
const maxNameUnits = 256
const maxAccounts = 4096
/** Pseudo handle of the calling process. */
const thisProcess = -1

export interface ProcessOwner {
  readonly sid: string
  /** `DOMAIN\name`; absent where the system does not know the SID. */
  readonly name?: string
  /** S-1-16-…: the mandatory label. */
  readonly integritySid?: string
  readonly isElevated?: boolean
}

const accounts = new Map<string, string | undefined>()

/** Undefined where the token may not be read. */
export function ownerOf(process: Handle): ProcessOwner | undefined {
  const token: Handle[] = [0]
  if (!openToken(process, tokenQuery, token)) return undefined
  const handle = token[0] ?? 0
  try {
    const user = sidIn(handle, tokenUser)
    const sid = user === undefined ? undefined : sidText(user)
    if (user === undefined || sid === undefined) return undefined
    const label = sidIn(handle, tokenIntegrity)
    const integritySid = label === undefined ? undefined : sidText(label)
    const elevation = information(handle, tokenElevation)
    const name = accountName(user, sid)
    return {
      sid,
      ...(name === undefined ? {} : { name }),
      ...(integritySid === undefined ? {} : { integritySid }),
      ...(elevation === undefined ? {} : { isElevated: elevation.readUInt32LE(0) !== 0 }),
    }
  } finally {
    closeHandle(handle)
  }
}

function information(token: Handle, kind: number): Buffer | undefined {
  const bytes = Buffer.alloc(maxTokenBytes)
  return tokenInformation(token, kind, bytes, bytes.length, [0]) ? bytes : undefined
}

/** Of TOKEN_USER and TOKEN_MANDATORY_LABEL: both are one SID_AND_ATTRIBUTES whose SID lies in the same bytes. */
function sidIn(token: Handle, kind: number): Buffer | undefined {
  const bytes = information(token, kind)
  if (bytes === undefined) return undefined
  const { Sid: sid } = decode<{ readonly Sid: Handle }>(sidAndAttributes, bytes)
  const at = Number(BigInt(sid) - koffi.address(bytes))
  if (at < sizeOf(sidAndAttributes) || at + 8 > bytes.length) return undefined
  return bytes.subarray(at, at + sidLength(bytes[at + 1] ?? 0))
}

/** Asked of the system once for each SID. */
function accountName(sid: Buffer, text: string): string | undefined {
  if (accounts.has(text)) return accounts.get(text)
  const name = Buffer.alloc(2 * maxNameUnits)
  const domain = Buffer.alloc(2 * maxNameUnits)
  const known = lookUpSid(null, sid, name, [maxNameUnits], domain, [maxNameUnits], [0])
  const parts = [wideText(domain, 0, maxNameUnits), wideText(name, 0, maxNameUnits)]
  const account = known ? parts.filter((part) => part !== '').join('\\') : undefined
  if (accounts.size >= maxAccounts) accounts.clear()
  accounts.set(text, account)
  return account
}

/** Whether our own token has it and it is switched on now. */
export function enablePrivilege(name: string): boolean {
  const token: Handle[] = [0]
  if (!openToken(thisProcess, tokenQuery | tokenAdjust, token)) return false
  const handle = token[0] ?? 0
  try {
    const privileges = Buffer.alloc(sizeOf(tokenPrivileges))
    privileges.writeUInt32LE(1)
    if (!lookUpPrivilege(null, name, privileges.subarray(4, 12))) return false
    privileges.writeUInt32LE(privilegeEnabled, 12)
    // It succeeds also when nothing was assigned: the error says so.
    return adjustPrivileges(handle, false, privileges, privileges.length, null, null) && lastError() === 0
  } finally {
    closeHandle(handle)
  }
}

export function isElevated(): boolean {
  return ownerOf(thisProcess)?.isElevated === true
}
