// The structures of Windows' headers that calls read and fill, field by field under the headers' own names, for 64-bit
// Windows. `test/wine` compares sizes and offsets with those that a C compiler gives for the headers.

import koffi from 'koffi'

type Kind = Parameters<typeof koffi.sizeof>[0]

export interface Layout {
  readonly name: string
  /** Where C finds it. */
  readonly header: string
  readonly fields: Readonly<Record<string, Kind>>
  readonly type: Kind
  /** Only the beginning of the structure: nothing behind it is read. */
  readonly isPrefix: boolean
}

/** All of them, for the comparison. */
export const layouts: Layout[] = []

function layout(name: string, header: string, fields: Readonly<Record<string, Kind>>): Layout {
  const made = { name, header, fields, type: koffi.struct(fields), isPrefix: false }
  layouts.push(made)
  return made
}

function prefix(name: string, header: string, fields: Readonly<Record<string, Kind>>): Layout {
  const made = { name, header, fields, type: koffi.struct(fields), isPrefix: true }
  layouts.push(made)
  return made
}

function text(units: number): Kind {
  return koffi.array('char16_t', units, 'String')
}

function bytes(count: number): Kind {
  return koffi.array('uint8', count)
}

export function sizeOf({ type }: Layout): number {
  return koffi.sizeof(type)
}

export function offsetOf({ type }: Layout, field: string): number {
  return koffi.offsetof(type, field)
}

/** The structure at `at` of the bytes: `Fields` names what is read of it. */
// eslint-disable-next-line typescript/no-unnecessary-type-parameters -- the type is C's: the caller says what it is in ours
export function decode<Fields>({ type }: Layout, from: Buffer | bigint, at = 0): Fields {
  return koffi.decode(from, at, type) as Fields
}

export const processEntry = layout('PROCESSENTRY32W', 'tlhelp32.h', {
  dwSize: 'uint32',
  cntUsage: 'uint32',
  th32ProcessID: 'uint32',
  th32DefaultHeapID: 'uintptr_t',
  th32ModuleID: 'uint32',
  cntThreads: 'uint32',
  th32ParentProcessID: 'uint32',
  pcPriClassBase: 'int32',
  dwFlags: 'uint32',
  szExeFile: text(260),
})

export const moduleEntry = layout('MODULEENTRY32W', 'tlhelp32.h', {
  dwSize: 'uint32',
  th32ModuleID: 'uint32',
  th32ProcessID: 'uint32',
  GlblcntUsage: 'uint32',
  ProccntUsage: 'uint32',
  modBaseAddr: 'uintptr_t',
  modBaseSize: 'uint32',
  hModule: 'uintptr_t',
  szModule: text(256),
  szExePath: text(260),
})

export const processBasicInformation = layout('PROCESS_BASIC_INFORMATION', 'winternl.h', {
  ExitStatus: 'int32',
  PebBaseAddress: 'uintptr_t',
  AffinityMask: 'uintptr_t',
  BasePriority: 'int32',
  UniqueProcessId: 'uintptr_t',
  InheritedFromUniqueProcessId: 'uintptr_t',
})

export const unicodeString = layout('UNICODE_STRING', 'winternl.h', {
  Length: 'uint16',
  MaximumLength: 'uint16',
  Buffer: 'uintptr_t',
})

export const sidAndAttributes = layout('SID_AND_ATTRIBUTES', 'windows.h', {
  Sid: 'uintptr_t',
  Attributes: 'uint32',
})

export const tokenPrivileges = layout('TOKEN_PRIVILEGES', 'windows.h', {
  PrivilegeCount: 'uint32',
  Privileges: bytes(12),
})

const statusProcess = layout('SERVICE_STATUS_PROCESS', 'winsvc.h', {
  dwServiceType: 'uint32',
  dwCurrentState: 'uint32',
  dwControlsAccepted: 'uint32',
  dwWin32ExitCode: 'uint32',
  dwServiceSpecificExitCode: 'uint32',
  dwCheckPoint: 'uint32',
  dwWaitHint: 'uint32',
  dwProcessId: 'uint32',
  dwServiceFlags: 'uint32',
})

export const serviceStatus = layout('ENUM_SERVICE_STATUS_PROCESSW', 'winsvc.h', {
  lpServiceName: 'str16',
  lpDisplayName: 'str16',
  ServiceStatusProcess: statusProcess.type,
})

export const serviceConfig = layout('QUERY_SERVICE_CONFIGW', 'winsvc.h', {
  dwServiceType: 'uint32',
  dwStartType: 'uint32',
  dwErrorControl: 'uint32',
  lpBinaryPathName: 'str16',
  lpLoadOrderGroup: 'str16',
  dwTagId: 'uint32',
  lpDependencies: 'uintptr_t',
  lpServiceStartName: 'str16',
  lpDisplayName: 'str16',
})

export const tcpRow = layout('MIB_TCPROW_OWNER_PID', 'iphlpapi.h', {
  dwState: 'uint32',
  dwLocalAddr: bytes(4),
  dwLocalPort: 'uint32',
  dwRemoteAddr: bytes(4),
  dwRemotePort: 'uint32',
  dwOwningPid: 'uint32',
})

export const tcp6Row = layout('MIB_TCP6ROW_OWNER_PID', 'iphlpapi.h', {
  ucLocalAddr: bytes(16),
  dwLocalScopeId: 'uint32',
  dwLocalPort: 'uint32',
  ucRemoteAddr: bytes(16),
  dwRemoteScopeId: 'uint32',
  dwRemotePort: 'uint32',
  dwState: 'uint32',
  dwOwningPid: 'uint32',
})

export const udpRow = layout('MIB_UDPROW_OWNER_PID', 'iphlpapi.h', {
  dwLocalAddr: bytes(4),
  dwLocalPort: 'uint32',
  dwOwningPid: 'uint32',
})

export const udp6Row = layout('MIB_UDP6ROW_OWNER_PID', 'iphlpapi.h', {
  ucLocalAddr: bytes(16),
  dwLocalScopeId: 'uint32',
  dwLocalPort: 'uint32',
  dwOwningPid: 'uint32',
})

export const wintrustFileInfo = layout('WINTRUST_FILE_INFO', 'wintrust.h', {
  cbStruct: 'uint32',
  pcwszFilePath: 'uintptr_t',
  hFile: 'intptr_t',
  pgKnownSubject: 'uintptr_t',
})

export const wintrustCatalogInfo = layout('WINTRUST_CATALOG_INFO', 'wintrust.h', {
  cbStruct: 'uint32',
  dwCatalogVersion: 'uint32',
  pcwszCatalogFilePath: 'uintptr_t',
  pcwszMemberTag: 'uintptr_t',
  pcwszMemberFilePath: 'uintptr_t',
  hMemberFile: 'intptr_t',
  pbCalculatedFileHash: 'uintptr_t',
  cbCalculatedFileHash: 'uint32',
  pcCatalogContext: 'uintptr_t',
  hCatAdmin: 'intptr_t',
})

export const wintrustData = layout('WINTRUST_DATA', 'wintrust.h', {
  cbStruct: 'uint32',
  pPolicyCallbackData: 'uintptr_t',
  pSIPClientData: 'uintptr_t',
  dwUIChoice: 'uint32',
  fdwRevocationChecks: 'uint32',
  dwUnionChoice: 'uint32',
  pFile: 'uintptr_t',
  dwStateAction: 'uint32',
  hWVTStateData: 'intptr_t',
  pwszURLReference: 'uintptr_t',
  dwProvFlags: 'uint32',
  dwUIContext: 'uint32',
})

export const providerSigner = layout('CRYPT_PROVIDER_SGNR', 'wintrust.h', {
  cbStruct: 'uint32',
  sftVerifyAsOf: koffi.struct({ dwLowDateTime: 'uint32', dwHighDateTime: 'uint32' }),
  csCertChain: 'uint32',
  pasCertChain: 'uintptr_t',
  dwSignerType: 'uint32',
  psSigner: 'uintptr_t',
  dwError: 'uint32',
  csCounterSigners: 'uint32',
  pasCounterSigners: 'uintptr_t',
  pChainContext: 'uintptr_t',
})

const trustStatus = layout('CERT_TRUST_STATUS', 'wincrypt.h', {
  dwErrorStatus: 'uint32',
  dwInfoStatus: 'uint32',
})

export const chainContext = prefix('CERT_CHAIN_CONTEXT', 'wincrypt.h', {
  cbSize: 'uint32',
  TrustStatus: trustStatus.type,
  cChain: 'uint32',
})

export const catalogInfo = layout('CATALOG_INFO', 'mscat.h', {
  cbStruct: 'uint32',
  wszCatalogFile: text(260),
})

export const certContext = layout('CERT_CONTEXT', 'wincrypt.h', {
  dwCertEncodingType: 'uint32',
  pbCertEncoded: 'uintptr_t',
  cbCertEncoded: 'uint32',
  pCertInfo: 'uintptr_t',
  hCertStore: 'uintptr_t',
})

export const overlapped = layout('OVERLAPPED', 'windows.h', {
  Internal: 'uintptr_t',
  InternalHigh: 'uintptr_t',
  Offset: 'uint32',
  OffsetHigh: 'uint32',
  hEvent: 'intptr_t',
})

export const fileNotifyInformation = layout('FILE_NOTIFY_INFORMATION', 'windows.h', {
  NextEntryOffset: 'uint32',
  Action: 'uint32',
  FileNameLength: 'uint32',
  FileName: 'char16_t',
})

export const eventVariant = layout('EVT_VARIANT', 'winevt.h', {
  BooleanVal: 'uint64',
  Count: 'uint32',
  Type: 'uint32',
})

export const auditPolicyInformation = layout('AUDIT_POLICY_INFORMATION', 'ntsecapi.h', {
  AuditSubCategoryGuid: bytes(16),
  AuditingInformation: 'uint32',
  AuditCategoryGuid: bytes(16),
})

export const storageDevice = prefix('STORAGE_DEVICE_DESCRIPTOR', 'winioctl.h', {
  Version: 'uint32',
  Size: 'uint32',
  DeviceType: 'uint8',
  DeviceTypeModifier: 'uint8',
  RemovableMedia: 'uint8',
  CommandQueueing: 'uint8',
  VendorIdOffset: 'uint32',
  ProductIdOffset: 'uint32',
  ProductRevisionOffset: 'uint32',
  SerialNumberOffset: 'uint32',
  BusType: 'int32',
})
