// The attacker's end of a reverse shell: waits for it, types one command after the other and reads what comes back.

import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

const answerTimeoutMs = 10_000

export interface ReverseShell {
  readonly port: number
  /** Resolves when the shell has called. */
  readonly called: Promise<void>
  /** Types a line; resolves with what the shell printed until the next marker. */
  type(command: string): Promise<string>
  /** Types `exit` and waits for the end. */
  exit(): Promise<void>
}

export async function listenForShell(t: TestContext, address: string): Promise<ReverseShell> {
  const server = createServer().listen(0, address)
  await once(server, 'listening')
  const bound = server.address()
  const called = Promise.withResolvers<void>()
  let socket: Socket | undefined
  let text = ''
  let typed = 0
  server.once('connection', (connection) => {
    socket = connection
    connection.setEncoding('latin1').on('data', (chunk: string) => (text += chunk))
    connection.on('error', () => undefined)
    called.resolve()
  })
  t.after(() => {
    socket?.destroy()
    server.close()
  })
  async function until(marker: RegExp): Promise<string> {
    const signal = AbortSignal.timeout(answerTimeoutMs)
    for (;;) {
      const found = marker.exec(text)
      if (found !== null) return text.slice(0, found.index)
      if (socket === undefined || socket.destroyed) throw new Error(`the shell has ended: ${text}`)
      await once(socket, 'data', { signal })
    }
  }
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    called: called.promise,
    async type(command) {
      await called.promise
      typed += 1
      text = ''
      // The echo of what is typed has quotes where the output has none.
      socket?.write(`${command}; echo "d"one-${typed}\n`)
      return until(new RegExp(`^.*\\bdone-${typed}\\r?$`, 'm'))
    },
    async exit() {
      if (socket === undefined) return
      const ended = once(socket, 'close')
      socket.write('exit\n')
      await ended
    },
  }
}
