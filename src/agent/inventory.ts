// What is there now, as events of kind `state`: processes, services, what starts by itself, sockets.

import { type Autorun, autoruns, imageOf } from '../evidence/autoruns/index.ts'
import type { Event, ProcessInfo } from '../model/index.ts'
import { listServices, type RunningService } from '../platform/windows/services.ts'
import { listSockets, type SocketRow } from '../platform/windows/sockets.ts'
import { resolveImage } from '../collect/windows/image-path.ts'
import { liveHives } from '../collect/windows/live-hive.ts'
import { type RunningProcess, runningProcesses } from '../collect/windows/running-process.ts'
import type { SignatureChecker, SignatureFinding } from './signatures.ts'

export const inventoryParts = ['processes', 'services', 'autoruns', 'sockets'] as const
export type InventoryPart = (typeof inventoryParts)[number]

export interface InventoryOptions {
  readonly parts: readonly InventoryPart[]
  /** Absent: signatures are not looked at. */
  readonly signatures?: SignatureChecker
  /** Environment of the system, for paths with variables. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly nowMs: number
}

/** Throws AppError where a list cannot be had. */
export function* inventory(options: InventoryOptions): Generator<Event> {
  const { parts } = options
  const running = parts.includes('processes') || parts.includes('sockets') ? runningProcesses() : []
  if (parts.includes('processes')) for (const process of running) yield processState(process, options)
  if (parts.includes('services')) for (const service of listServices()) yield serviceState(service, options)
  if (parts.includes('autoruns'))
    for (const entry of autoruns(liveHives())) yield autorunState(entry, options)
  if (parts.includes('sockets')) yield* socketStates(running, options)
}

function* socketStates(running: readonly RunningProcess[], options: InventoryOptions): Generator<Event> {
  const byPid = new Map(running.map((process) => [process.pid, process]))
  for (const socket of listSockets()) yield socketState(socket, byPid.get(socket.pid), options)
}

function stateOf(
  event: Pick<Event['event'], 'action' | 'dataset' | 'category' | 'provider'>,
  { nowMs }: InventoryOptions,
): Pick<Event, '@timestamp' | 'event'> {
  return { '@timestamp': new Date(nowMs).toISOString(), event: { kind: 'state', type: ['info'], ...event } }
}

/** Of the file that is meant, when it is there. */
function signed(image: string, { signatures, env }: InventoryOptions): SignatureFinding | undefined {
  const path = resolveImage(image, env)
  return path === '' ? undefined : signatures?.check(path)
}

function shown(signature: SignatureFinding | undefined): { readonly signature?: SignatureFinding } {
  return signature === undefined || signature.status === 'unread' ? {} : { signature }
}

export function processInfo(process: RunningProcess): ProcessInfo {
  const { pid, parentPid, name, image, commandLine, workingDirectory, start, owner } = process
  return {
    pid,
    name,
    parent: { pid: parentPid },
    ...(image === undefined ? {} : { executable: image }),
    ...(commandLine === undefined ? {} : { command_line: commandLine }),
    ...(workingDirectory === undefined ? {} : { working_directory: workingDirectory }),
    ...(start === undefined ? {} : { start }),
    ...(owner === undefined
      ? {}
      : { user: { id: owner.sid, ...(owner.name === undefined ? {} : { name: owner.name }) } }),
  }
}

function processState(process: RunningProcess, options: InventoryOptions): Event {
  const { image, session, owner } = process
  return {
    ...stateOf(
      { action: 'process', dataset: 'hx.process', category: ['process'], provider: 'toolhelp' },
      options,
    ),
    message: process.commandLine ?? image ?? process.name,
    process: processInfo(process),
    hx: {
      windows: { session, integrity: owner?.integritySid, elevated: owner?.isElevated },
      ...shown(image === undefined ? undefined : signed(image, options)),
    },
  }
}

function serviceState(service: RunningService, options: InventoryOptions): Event {
  const { name, displayName, state, isDriver, pid, start, command, account } = service
  const image = imageOf(command ?? '')
  return {
    ...stateOf({ action: 'service', dataset: 'hx.service', category: ['host'], provider: 'scm' }, options),
    message: `${name} (${displayName}): ${state}, ${command ?? ''}`,
    service: { name, state, type: isDriver ? 'driver' : 'service' },
    ...(pid === 0 ? {} : { process: { pid } }),
    ...(image === '' ? {} : { file: { path: resolveImage(image, options.env) } }),
    hx: {
      service: { display_name: displayName, start, command, account },
      ...shown(image === '' ? undefined : signed(image, options)),
    },
  }
}

function autorunState(entry: Autorun, options: InventoryOptions): Event {
  const { category, key, command, image, user, technique, isEnabled, isUsual, time } = entry
  return {
    ...stateOf(
      { action: 'autorun', dataset: 'hx.schedule', category: ['configuration'], provider: 'registry' },
      options,
    ),
    message: `${category}: ${entry.entry} → ${command}`,
    ...(image === '' ? {} : { file: { path: resolveImage(image, options.env) } }),
    ...(user === undefined ? {} : { user: { id: user } }),
    threat: { technique: { id: [technique] } },
    hx: {
      autorun: {
        category,
        key,
        entry: entry.entry,
        command,
        enabled: isEnabled,
        usual: isUsual,
        written: time,
      },
      ...shown(image === '' ? undefined : signed(image, options)),
    },
  }
}

function socketState(
  socket: SocketRow,
  process: RunningProcess | undefined,
  options: InventoryOptions,
): Event {
  const { transport, type, localAddress, localPort, remoteAddress, remotePort, state, pid } = socket
  const isPeer = remoteAddress !== undefined && remotePort !== undefined && remotePort !== 0
  const remote = isPeer ? ` → ${remoteAddress}:${remotePort}` : ''
  return {
    ...stateOf(
      { action: 'socket', dataset: 'hx.network', category: ['network'], provider: 'iphlpapi' },
      options,
    ),
    message: `${transport} ${localAddress}:${localPort}${remote} ${state ?? ''}`.trim(),
    source: { ip: localAddress, port: localPort },
    ...(isPeer ? { destination: { ip: remoteAddress, port: remotePort } } : {}),
    network: { transport, type },
    ...(pid === 0 ? {} : { process: process === undefined ? { pid } : processInfo(process) }),
    hx: { socket: { state } },
  }
}
