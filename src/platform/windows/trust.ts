// What Windows itself says of a program's signature: WinVerifyTrust for the signature in the file, else for the catalog that
// names it. Nothing is asked of the network, and revocation is not checked.

import koffi from 'koffi'

import { type Handle, closeHandle, ifThere, invalidHandle, native } from './native.ts'
import {
  catalogInfo,
  chainContext,
  decode,
  offsetOf,
  providerSigner,
  sizeOf,
  wintrustCatalogInfo,
  wintrustData,
  wintrustFileInfo,
} from './structs.ts'

const wintrust = 'wintrust.dll'
const verifyTrust = native<number>(
  wintrust,
  'int32 __stdcall WinVerifyTrust(intptr_t window, void *action, void *data)',
)
const providerData = native<Handle>(
  wintrust,
  'intptr_t __stdcall WTHelperProvDataFromStateData(intptr_t state)',
)
const signerOf = native<Handle>(
  wintrust,
  'intptr_t __stdcall WTHelperGetProvSignerFromChain(intptr_t provider, uint32 signer, bool counterSigner, uint32 index)',
)
const acquireAdmin = native<boolean>(
  wintrust,
  'bool __stdcall CryptCATAdminAcquireContext2(_Out_ intptr_t *admin, void *subsystem, str16 algorithm, void *policy, uint32 flags)',
)
const releaseAdmin = native<boolean>(
  wintrust,
  'bool __stdcall CryptCATAdminReleaseContext(intptr_t admin, uint32 flags)',
)
const hashOfFile = native<boolean>(
  wintrust,
  'bool __stdcall CryptCATAdminCalcHashFromFileHandle2(intptr_t admin, intptr_t file, _Inout_ uint32 *length, void *hash, uint32 flags)',
)
const findCatalog = native<Handle>(
  wintrust,
  'intptr_t __stdcall CryptCATAdminEnumCatalogFromHash(intptr_t admin, void *hash, uint32 length, uint32 flags, void *previous)',
)
const catalogPath = native<boolean>(
  wintrust,
  'bool __stdcall CryptCATCatalogInfoFromContext(intptr_t catalog, void *info, uint32 flags)',
)
const releaseCatalog = native<boolean>(
  wintrust,
  'bool __stdcall CryptCATAdminReleaseCatalogContext(intptr_t admin, intptr_t catalog, uint32 flags)',
)
const createFile = native<Handle>(
  'kernel32.dll',
  'intptr_t __stdcall CreateFileW(str16 path, uint32 access, uint32 share, void *security, uint32 disposition, uint32 flags, intptr_t template)',
)

/** WINTRUST_ACTION_GENERIC_VERIFY_V2, {00AAC56B-CD44-11d0-8CC2-00C04FC295EE}. */
const genericVerify = Buffer.from('6bc5aa0044cdd0118cc200c04fc295ee', 'hex')
const uiNone = 2
const chooseFile = 1
const chooseCatalog = 2
const actVerify = 1
const actClose = 2
/** WTD_REVOCATION_CHECK_NONE, WTD_CACHE_ONLY_URL_RETRIEVAL. */
const providerFlags = 0x10 | 0x1000
/** TRUST_E_NOSIGNATURE */
const noSignature = 0x800b0100
const maxPathUnits = 32_768

/** Windows reads them by address while a call runs: they live as long as this module. */
const path = Buffer.alloc(2 * maxPathUnits)
const catalog = Buffer.alloc(2 * maxPathUnits)
const tag = Buffer.alloc(2 * 256)
const fileInfo = Buffer.alloc(sizeOf(wintrustFileInfo))
const memberInfo = Buffer.alloc(sizeOf(wintrustCatalogInfo))
const data = Buffer.alloc(sizeOf(wintrustData))

export interface WindowsTrust {
  /** `0x00000000` is trusted. */
  readonly hresult: string
  /** CERT_TRUST_* bits of the signer's chain; 0 is whole and believed. */
  readonly chainStatus?: number
  /** The catalog by which it is signed. */
  readonly catalog?: string
}

/** Undefined where the path cannot be given to Windows. */
export function windowsTrust(file: string): WindowsTrust | undefined {
  if (file.length >= maxPathUnits || file.includes('\0')) return undefined
  putText(path, file)
  const embedded = verifyFile()
  if (embedded.hresult !== hresultText(noSignature)) return embedded
  return ifThere(() => verifyByCatalog(file)) ?? embedded
}

function verifyFile(): WindowsTrust {
  fileInfo.fill(0)
  fileInfo.writeUInt32LE(fileInfo.length)
  putAddress(fileInfo, offsetOf(wintrustFileInfo, 'pcwszFilePath'), path)
  return verify(chooseFile, fileInfo)
}

function verify(choice: number, subject: Buffer): WindowsTrust {
  data.fill(0)
  data.writeUInt32LE(data.length)
  data.writeUInt32LE(uiNone, offsetOf(wintrustData, 'dwUIChoice'))
  data.writeUInt32LE(choice, offsetOf(wintrustData, 'dwUnionChoice'))
  putAddress(data, offsetOf(wintrustData, 'pFile'), subject)
  data.writeUInt32LE(actVerify, offsetOf(wintrustData, 'dwStateAction'))
  data.writeUInt32LE(providerFlags, offsetOf(wintrustData, 'dwProvFlags'))
  const result = verifyTrust(invalidHandle, genericVerify, data)
  const chainStatus = chainStatusOf(data.readBigInt64LE(offsetOf(wintrustData, 'hWVTStateData')))
  data.writeUInt32LE(actClose, offsetOf(wintrustData, 'dwStateAction'))
  verifyTrust(invalidHandle, genericVerify, data)
  return { hresult: hresultText(result), ...(chainStatus === undefined ? {} : { chainStatus }) }
}

/** Of the first signer; undefined where no chain was built. */
function chainStatusOf(state: bigint): number | undefined {
  if (state === 0n) return undefined
  const provider = providerData(state)
  const signer = Number(provider) === 0 ? 0 : signerOf(provider, 0, false, 0)
  if (Number(signer) === 0) return undefined
  const { pChainContext: chain } = decode<{ readonly pChainContext: Handle }>(providerSigner, BigInt(signer))
  if (Number(chain) === 0) return undefined
  const { TrustStatus: status } = decode<{ readonly TrustStatus: { readonly dwErrorStatus: number } }>(
    chainContext,
    BigInt(chain),
  )
  return status.dwErrorStatus
}

/** Undefined: no catalog names it. */
function verifyByCatalog(file: string): WindowsTrust | undefined {
  const admin: Handle[] = [0]
  if (!acquireAdmin(admin, null, 'SHA256', null, 0)) return undefined
  const context = admin[0] ?? 0
  const handle = createFile(file, 0x80000000, 7, null, 3, 0, 0)
  try {
    return handle === invalidHandle ? undefined : verifyMember(context, handle)
  } finally {
    if (handle !== invalidHandle) closeHandle(handle)
    releaseAdmin(context, 0)
  }
}

function verifyMember(admin: Handle, file: Handle): WindowsTrust | undefined {
  const hash = Buffer.alloc(64)
  const length = [hash.length]
  if (!hashOfFile(admin, file, length, hash, 0)) return undefined
  const size = Math.min(length[0] ?? 0, hash.length)
  const found = findCatalog(admin, hash, size, 0, null)
  if (Number(found) === 0) return undefined
  try {
    const info = Buffer.alloc(sizeOf(catalogInfo))
    info.writeUInt32LE(info.length)
    if (!catalogPath(found, info, 0)) return undefined
    const { wszCatalogFile: name } = decode<{ readonly wszCatalogFile: string }>(catalogInfo, info)
    putText(catalog, name)
    putText(tag, hash.toString('hex', 0, size).toUpperCase())
    memberInfo.fill(0)
    memberInfo.writeUInt32LE(memberInfo.length)
    putAddress(memberInfo, offsetOf(wintrustCatalogInfo, 'pcwszCatalogFilePath'), catalog)
    putAddress(memberInfo, offsetOf(wintrustCatalogInfo, 'pcwszMemberTag'), tag)
    putAddress(memberInfo, offsetOf(wintrustCatalogInfo, 'pcwszMemberFilePath'), path)
    memberInfo.writeBigInt64LE(BigInt(file), offsetOf(wintrustCatalogInfo, 'hMemberFile'))
    memberInfo.writeBigInt64LE(BigInt(admin), offsetOf(wintrustCatalogInfo, 'hCatAdmin'))
    return { ...verify(chooseCatalog, memberInfo), catalog: name }
  } finally {
    releaseCatalog(admin, found, 0)
  }
}

function putText(into: Buffer, text: string): void {
  const written = into.write(text, 0, into.length - 2, 'utf16le')
  into.writeUInt16LE(0, written)
}

function putAddress(into: Buffer, at: number, of: Buffer): void {
  into.writeBigUInt64LE(koffi.address(of), at)
}

function hresultText(code: number): string {
  return `0x${(code >>> 0).toString(16).padStart(8, '0')}`
}
