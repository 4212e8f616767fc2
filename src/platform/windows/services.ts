// Services and drivers as the service control manager knows them: what is installed, what runs, and in which process.

import { type Handle, lastError, native, windowsFault } from './native.ts'
import { decode, serviceConfig, serviceStatus, sizeOf } from './structs.ts'

const advapi32 = 'advapi32.dll'
const openManager = native<Handle>(
  advapi32,
  'intptr_t __stdcall OpenSCManagerW(str16 machine, str16 database, uint32 access)',
)
const openServiceCall = native<Handle>(
  advapi32,
  'intptr_t __stdcall OpenServiceW(intptr_t manager, str16 name, uint32 access)',
)
const closeService = native<boolean>(advapi32, 'bool __stdcall CloseServiceHandle(intptr_t handle)')
const enumerate = native<boolean>(
  advapi32,
  'bool __stdcall EnumServicesStatusExW(intptr_t manager, int32 level, uint32 type, uint32 state, void *into, uint32 length, _Out_ uint32 *needed, _Out_ uint32 *count, _Inout_ uint32 *resume, str16 group)',
)
const queryConfig = native<boolean>(
  advapi32,
  'bool __stdcall QueryServiceConfigW(intptr_t service, void *into, uint32 length, _Out_ uint32 *needed)',
)

const connectAndEnumerate = 0x1 | 0x4
const mayQueryConfig = 0x1
const everyType = 0x3b
const anyState = 3
const moreData = 234
const batchBytes = 256 * 1024
const configBytes = 8192
const maxServices = 50_000

const states = ['', 'stopped', 'starting', 'stopping', 'running', 'continuing', 'pausing', 'paused'] as const
const starts = ['boot', 'system', 'auto', 'manual', 'disabled'] as const

export interface RunningService {
  readonly name: string
  readonly displayName: string
  /** SERVICE_* bits of winsvc.h. */
  readonly type: number
  readonly isDriver: boolean
  readonly state: string
  /** 0: it does not run. */
  readonly pid: number
  readonly start?: (typeof starts)[number] | 'unknown'
  readonly command?: string
  readonly account?: string
}

interface Status {
  readonly lpServiceName: string | null
  readonly lpDisplayName: string | null
  readonly ServiceStatusProcess: {
    readonly dwServiceType: number
    readonly dwCurrentState: number
    readonly dwProcessId: number
  }
}

/** What may not be queried is listed without its configuration. Throws AppError. */
export function listServices(): RunningService[] {
  const manager = openManager(null, null, connectAndEnumerate)
  if (Number(manager) === 0) throw windowsFault('OpenSCManagerW', lastError(), 'the list of services')
  try {
    return statuses(manager).map((status) => ({ ...status, ...configOf(manager, status.name) }))
  } finally {
    closeService(manager)
  }
}

function statuses(manager: Handle): RunningService[] {
  const found: RunningService[] = []
  const batch = Buffer.alloc(batchBytes)
  const resume = [0]
  for (;;) {
    const count = [0]
    const isAll = enumerate(manager, 0, everyType, anyState, batch, batch.length, [0], count, resume, null)
    const error = isAll ? 0 : lastError()
    if (!isAll && error !== moreData)
      throw windowsFault('EnumServicesStatusExW', error, 'the list of services')
    const room = Math.floor(batch.length / sizeOf(serviceStatus))
    for (let index = 0; index < Math.min(count[0] ?? 0, room); index += 1) {
      found.push(serviceOf(decode<Status>(serviceStatus, batch, index * sizeOf(serviceStatus))))
    }
    if (isAll || count[0] === 0 || found.length >= maxServices) return found
  }
}

function serviceOf({ lpServiceName, lpDisplayName, ServiceStatusProcess: status }: Status): RunningService {
  return {
    name: lpServiceName ?? '',
    displayName: lpDisplayName ?? '',
    type: status.dwServiceType,
    isDriver: (status.dwServiceType & 0x0f) !== 0,
    state: states[status.dwCurrentState] ?? String(status.dwCurrentState),
    pid: status.dwProcessId,
  }
}

function configOf(manager: Handle, name: string): Pick<RunningService, 'start' | 'command' | 'account'> {
  const service = openServiceCall(manager, name, mayQueryConfig)
  if (Number(service) === 0) return {}
  try {
    const bytes = Buffer.alloc(configBytes)
    if (!queryConfig(service, bytes, bytes.length, [0])) return {}
    const config = decode<{
      readonly dwStartType: number
      readonly lpBinaryPathName: string | null
      readonly lpServiceStartName: string | null
    }>(serviceConfig, bytes)
    return {
      start: starts[config.dwStartType] ?? 'unknown',
      command: config.lpBinaryPathName ?? '',
      account: config.lpServiceStartName ?? '',
    }
  } finally {
    closeService(service)
  }
}
