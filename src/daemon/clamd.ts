// clamd's protocol as a part of the guard: its front (api/clamd), the scanning threads behind it, and what joins them.

import { ClamdServer, type ClamdServices, type ClamdSettings, type ClientCount } from '../api/clamd/index.ts'
import { messageOf } from '../base/app-error.ts'
import type { Config } from '../config/index.ts'
import { closeFd } from '../platform/linux/fanotify.ts'
import { UnixInbox } from '../platform/linux/unix-inbox.ts'
import type { ClamdAddresses } from './clamd-addresses.ts'
import type { LoadedEngine } from './load-engine.ts'
import { ScanPool } from './scan-pool.ts'

/** Longer than the longest scan by at most this: its thread hangs. */
const hangGraceMs = 10_000

export interface ClamdOptions {
  readonly addresses: ClamdAddresses
  readonly config: Config
  readonly engine: LoadedEngine
  /** Loads the signatures again; throws when that fails. */
  readonly reload: () => Promise<unknown>
  readonly onNotice: (message: string) => void
}

export interface ClamdFront {
  /** The next scans use these signatures. */
  use(engine: LoadedEngine): void
  clients(): ClientCount
  stop(): Promise<void>
}

export async function startClamd(options: ClamdOptions): Promise<ClamdFront> {
  const { addresses, config, onNotice } = options
  let { engine } = options
  let loadedAt = new Date()
  const pool = new ScanPool({
    shared: engine.shared,
    program: engine.program,
    threads: config.clamd.threads,
    hangMs: config.scan.maxTimeMs + Math.min(config.scan.maxTimeMs, hangGraceMs),
    onNotice,
  })
  const services: ClamdServices = {
    scan: (order) => pool.scan(order),
    reload: oneAtATime(options.reload),
    // The same way as from outside: whoever waits for the signal ends everything in order.
    shutdown: () => process.kill(process.pid, 'SIGTERM'),
    signatures: () => ({ ...engine.version, loadedAt }),
    workload: () => pool.workload(),
    notice: onNotice,
  }
  const inbox = addresses.unix === undefined ? undefined : openInbox(onNotice)
  const server = new ClamdServer({ services, settings: settingsOf(config), closeDescriptor: closeFd, inbox })
  await listen(server, addresses, onNotice)
  return {
    use(next) {
      engine = next
      loadedAt = new Date()
      pool.reload(next.shared)
    },
    clients: () => server.clients,
    async stop() {
      server.close()
      await Promise.all([pool.stop(), inbox?.close()])
    },
  }
}

/** Undefined, and told, when the kernel refuses: then the unix socket is served without descriptors. */
function openInbox(onNotice: (message: string) => void): UnixInbox | undefined {
  try {
    return new UnixInbox((thrown) => {
      onNotice(`clients of clamd’s unix socket are not read any more: ${messageOf(thrown)}`)
    })
  } catch (thrown) {
    onNotice(`clients of clamd’s protocol cannot pass descriptors: ${messageOf(thrown)}`)
    return undefined
  }
}

/** The guard is worth more than these sockets: it stands also without one of them. */
async function listen(
  server: ClamdServer,
  { unix, tcp }: ClamdAddresses,
  onNotice: (message: string) => void,
): Promise<void> {
  try {
    if (unix !== undefined) {
      await server.listenUnix(unix)
      onNotice(`clamd’s protocol is served on ${unix.path}`)
    }
  } catch (thrown) {
    onNotice(messageOf(thrown))
  }
  try {
    if (tcp !== undefined) {
      const port = await server.listenTcp(tcp)
      onNotice(`clamd’s protocol is served on ${tcp.host}:${port}${tcp.isLocal ? '' : `, ${openToAll}`}`)
    }
  } catch (thrown) {
    onNotice(messageOf(thrown))
  }
}

const openToAll = 'where everybody who can reach this host may ask: the protocol knows no passwords'

function settingsOf({ clamd }: Config): ClamdSettings {
  return {
    onPartial: clamd.onPartial,
    streamMaxBytes: clamd.streamMaxLength,
    commandReadTimeoutMs: clamd.commandReadTimeoutMs,
    readTimeoutMs: clamd.readTimeoutMs,
    maxConnections: clamd.maxConnections,
    maxQueue: clamd.maxQueue,
    parallel: clamd.threads,
    maxDirectoryRecursion: clamd.maxDirectoryRecursion,
    followSymlinks: clamd.followSymlinks,
    allowReload: clamd.allowReload,
    allowShutdown: clamd.allowShutdown,
  }
}

/**
 * A reload costs a processor: requests that come meanwhile become one, and it rests as long as it has taken, so that
 * clients cannot keep it busy for ever.
 */
function oneAtATime(reload: () => Promise<unknown>): () => void {
  let isDue = false
  let notBefore = 0
  return () => {
    if (isDue) return
    isDue = true
    setTimeout(
      () => {
        isDue = false
        const started = performance.now()
        const settle = (): void => {
          const ended = performance.now()
          notBefore = ended + (ended - started)
        }
        // When it failed the guard has said so, and goes on with what it had.
        reload().then(settle, settle)
      },
      Math.max(0, notBefore - performance.now()),
    )
  }
}
