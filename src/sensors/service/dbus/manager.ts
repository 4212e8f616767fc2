// systemd's manager over D-Bus (org.freedesktop.systemd1(5)): which units are in which state, and each change of it.
// Directly at its own socket when we are root, otherwise through the system bus.

import { AppError, messageOf } from '../../../base/app-error.ts'
import { DBusConnection } from './connection.ts'
import type { DBusMessage } from './message.ts'
import type { DBusValue, DBusVariant } from './wire.ts'

export interface UnitStatus {
  readonly name: string
  /** `active`, `reloading`, `inactive`, `failed`, `activating`, `deactivating`, `maintenance`. */
  readonly active: string
  readonly sub: string
  /** Main process; 0 when there is none or nobody said. */
  readonly mainPid: number
  /** Microseconds since 1970; 0 when nobody said. */
  readonly changedUs: number
  /** `success`, `exit-code`, `signal`, …; empty when nobody said. */
  readonly result: string
}

export interface ManagerListener {
  /** `before` is undefined for a unit that was not loaded. */
  readonly onState: (now: UnitStatus, before: UnitStatus | undefined) => void
  readonly onReloaded: () => void
  readonly onFilesChanged: () => void
  readonly onEnd: (why: string) => void
}

const systemd = 'org.freedesktop.systemd1'
const bus = 'org.freedesktop.DBus'
const managerPath = '/org/freedesktop/systemd1'
const unitPath = `${managerPath}/unit/`
const maxUnits = 50_000

const matches = [
  `type='signal',sender='${systemd}',interface='${systemd}.Manager',path='${managerPath}'`,
  `type='signal',sender='${systemd}',interface='${bus}.Properties',member='PropertiesChanged',path_namespace='${unitPath.slice(0, -1)}'`,
  `type='signal',sender='${bus}',interface='${bus}',member='NameOwnerChanged',arg0='${systemd}'`,
]

/** Which socket it is: `private` is systemd's own, only for root. */
export type ManagerSocket = 'private' | 'bus'

const managerSockets: readonly { readonly kind: ManagerSocket; readonly path: string }[] = [
  { kind: 'private', path: '/run/systemd/private' },
  { kind: 'bus', path: '/run/dbus/system_bus_socket' },
]

export class SystemdManager {
  readonly #listener: ManagerListener
  readonly #kind: ManagerSocket
  readonly #units = new Map<string, UnitStatus>()
  /** What a unit's own interface said, until the state that it belongs to follows. */
  readonly #details = new Map<string, { readonly mainPid?: number; readonly result?: string }>()
  #connection: DBusConnection | undefined
  /** The bus's name of systemd: only its signals count, anybody on the bus can send some. */
  #owner = ''
  #isReady = false

  private constructor(kind: ManagerSocket, listener: ManagerListener) {
    this.#kind = kind
    this.#listener = listener
  }

  /** Connects, subscribes and learns all units. Throws AppError. */
  static async open(
    { kind, path }: { readonly kind: ManagerSocket; readonly path: string },
    listener: ManagerListener,
  ): Promise<SystemdManager> {
    const manager = new SystemdManager(kind, listener)
    const connection = await DBusConnection.open(path, {
      onMessage: (message) => manager.#onMessage(message),
      onEnd: (why) => listener.onEnd(why),
    })
    manager.#connection = connection
    try {
      await manager.#begin(connection)
    } catch (thrown) {
      connection.close()
      throw thrown
    }
    return manager
  }

  get units(): ReadonlyMap<string, UnitStatus> {
    return this.#units
  }

  close(): void {
    this.#connection?.close()
  }

  async #begin(connection: DBusConnection): Promise<void> {
    if (this.#kind === 'bus') {
      const busCall = { destination: bus, path: '/org/freedesktop/DBus', interface: bus }
      await connection.call({ ...busCall, member: 'Hello' })
      for (const rule of matches)
        await connection.call({ ...busCall, member: 'AddMatch', signature: 's', body: [rule] })
      const [owner] = await connection.call({
        ...busCall,
        member: 'GetNameOwner',
        signature: 's',
        body: [systemd],
      })
      if (typeof owner !== 'string') throw new AppError('not-running', 'systemd is not on the bus')
      this.#owner = owner
    }
    await this.#learn(connection)
  }

  async #learn(connection: DBusConnection): Promise<void> {
    const manager = { destination: systemd, path: managerPath, interface: `${systemd}.Manager` }
    // On its own socket everything is told anyhow, and older versions refuse the call there.
    await connection.call({ ...manager, member: 'Subscribe' }).catch((thrown: unknown) => {
      if (this.#kind === 'bus') throw thrown
    })
    const [units] = await connection.call({ ...manager, member: 'ListUnits' })
    if (!Array.isArray(units)) throw new AppError('internal', 'systemd does not list its units')
    for (const row of units as readonly DBusValue[]) this.#addListed(row)
    this.#isReady = true
  }

  #addListed(row: DBusValue): void {
    if (!Array.isArray(row)) return
    const [name, , , active, sub] = row as readonly DBusValue[]
    if (typeof name !== 'string' || typeof active !== 'string' || typeof sub !== 'string') return
    const before = this.#units.get(name)
    // Signals may have come before the list: they are newer.
    if (before !== undefined && !this.#isReady) return
    this.#set({ name, active, sub, mainPid: 0, changedUs: 0, result: '' }, 'listed')
  }

  #set(status: UnitStatus, how: 'listed' | 'signal'): void {
    const before = this.#units.get(status.name)
    if (before === undefined && this.#units.size >= maxUnits) return
    this.#units.set(status.name, status)
    if (how === 'signal') this.#listener.onState(status, before)
  }

  #onMessage(message: DBusMessage): void {
    if (message.type !== 'signal') return
    try {
      if (this.#kind === 'bus' && message.sender === bus) this.#onOwner(message)
      else if (this.#kind === 'private' || message.sender === this.#owner) this.#onSignal(message)
    } catch (thrown) {
      // A signal with a body that we do not expect: what it said is looked up when the next one comes.
      if (!(thrown instanceof TypeError)) throw thrown
    }
  }

  /** systemd has come back under another name, e.g. after `systemctl daemon-reexec`. */
  #onOwner({ member, body }: DBusMessage): void {
    const [name, , owner] = body
    if (member !== 'NameOwnerChanged' || name !== systemd) return
    this.#connection?.close()
    this.#listener.onEnd(owner === '' ? 'systemd left the bus' : 'systemd came anew')
  }

  #onSignal({ interface: from, member, path, body }: DBusMessage): void {
    if (from === `${bus}.Properties`) {
      if (member === 'PropertiesChanged' && path?.startsWith(unitPath) === true)
        this.#onProperties(unitOfPath(path), body)
      return
    }
    if (from !== `${systemd}.Manager`) return
    const [first] = body
    if (member === 'Reloading' && first === false) this.#listener.onReloaded()
    else if (member === 'UnitFilesChanged') this.#listener.onFilesChanged()
    else if (member === 'UnitRemoved' && typeof first === 'string') this.#onRemoved(first)
  }

  /** It is forgotten; one that ran has stopped. */
  #onRemoved(name: string): void {
    const before = this.#units.get(name)
    this.#units.delete(name)
    this.#details.delete(name)
    if (before !== undefined)
      this.#listener.onState({ ...before, active: 'inactive', sub: 'dead', changedUs: 0 }, before)
  }

  #onProperties(name: string, [from, changed]: readonly DBusValue[]): void {
    if (typeof from !== 'string' || !Array.isArray(changed)) return
    const properties = new Map<string, DBusValue>()
    for (const [key, variant] of changed as readonly (readonly [string, DBusVariant])[])
      properties.set(key, variant.value)
    if (from !== `${systemd}.Unit`) {
      this.#keepDetails(name, properties)
      return
    }
    const active = properties.get('ActiveState')
    if (typeof active !== 'string') return
    const sub = properties.get('SubState')
    const changedUs = Number(properties.get('StateChangeTimestamp') ?? 0)
    const { mainPid = 0, result = '' } = this.#details.get(name) ?? {}
    const status = { name, active, sub: typeof sub === 'string' ? sub : '', mainPid, changedUs, result }
    this.#set(status, 'signal')
  }

  #keepDetails(name: string, properties: ReadonlyMap<string, DBusValue>): void {
    const mainPid = properties.get('ExecMainPID') ?? properties.get('MainPID')
    const result = properties.get('Result')
    if (mainPid === undefined && result === undefined) return
    if (this.#details.size >= maxUnits) this.#details.clear()
    this.#details.set(name, {
      ...this.#details.get(name),
      ...(typeof mainPid === 'number' ? { mainPid } : {}),
      ...(typeof result === 'string' ? { result } : {}),
    })
  }
}

/** In a path, every byte that is no letter or digit stands as `_` and two hexadecimal digits. */
function unitOfPath(path: string): string {
  const escaped = path.slice(unitPath.length)
  return escaped.replaceAll(/_([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

/** Tries the sockets below `root` in turn; `refused` says why each did not serve. */
export async function openManager(
  root: string,
  listener: ManagerListener,
  refused: (kind: ManagerSocket, why: string) => void,
): Promise<{ readonly manager: SystemdManager; readonly kind: ManagerSocket } | undefined> {
  for (const { kind, path } of managerSockets) {
    try {
      return { kind, manager: await SystemdManager.open({ kind, path: root + path }, listener) }
    } catch (thrown) {
      refused(kind, messageOf(thrown))
    }
  }
  return undefined
}
