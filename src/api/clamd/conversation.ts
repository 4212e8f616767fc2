// What is said with one client, from its first command to the end: one command, or a session of many (IDSESSION).
// After clamd 1.4.6, byte for byte; where it would call something clean that nobody could read, an error is answered.

import { messageOf } from '../../base/app-error.ts'
import { isSessionCommand, type Command, type CommandName } from './commands.ts'
import { Gone, TimedOut } from './intake.ts'
import { type Answer, answerLines, answerOf, statsText, versionCommandsLine, versionLine } from './replies.ts'
import { Reply } from './reply.ts'
import { type ScanContext, scanPath } from './scan-paths.ts'
import type { ScanTarget } from './services.ts'
import { StreamSpool } from './stream-spool.ts'
import type { Wire } from './wire.ts'

export interface ConversationContext extends ScanContext {
  readonly closeDescriptor: (fd: number) => void
}

/** Commands of one session that may wait for their scans; then no more are read. */
const maxOutstanding = 16

/** Resolves when everything is said; the wire is then the caller's to close. Never rejects. */
export async function converse(wire: Wire, context: ConversationContext): Promise<void> {
  try {
    await new Conversation(wire, context).run()
  } catch (thrown) {
    if (thrown instanceof TimedOut) await wire.send('COMMAND READ TIMED OUT\n').catch(() => undefined)
    else if (!(thrown instanceof Gone))
      context.services.notice(`a client of clamd’s protocol: ${messageOf(thrown)}`)
  }
}

/** `done`: everything was understood, more may follow. `over`: nothing more is read. */
type Next = 'done' | 'over'

class Conversation {
  readonly #wire: Wire
  readonly #context: ConversationContext
  readonly #outstanding = new Set<Promise<void>>()
  /** Why scans could not be answered. */
  readonly #failures: unknown[] = []

  constructor(wire: Wire, context: ConversationContext) {
    this.#wire = wire
    this.#context = context
  }

  async run(): Promise<void> {
    const command = await this.#wire.intake.nextCommand(this.#context.settings.commandReadTimeoutMs)
    if (command === undefined) return
    if (command.name === 'IDSESSION') {
      await this.#session()
      return
    }
    const reply = new Reply(this.#wire, command.form)
    if (command.name === '' || command.name === 'END') await reply.line('UNKNOWN COMMAND')
    else await this.#perform(command.name, command.argument, reply)
    await this.#settle(0)
  }

  async #session(): Promise<void> {
    this.#wire.intake.beginSession()
    try {
      for (let number = 1; ; number++) {
        const command = await this.#nextOfSession()
        if (command === undefined || command.name === 'END') break
        const reply = new Reply(this.#wire, command.form, number)
        if (command.form === 'old' || command.name === '' || !isSessionCommand(command.name)) {
          await reply.line('Command invalid inside IDSESSION. ERROR')
          break
        }
        if ((await this.#perform(command.name, command.argument, reply)) === 'over') break
        await this.#settle(maxOutstanding)
      }
    } finally {
      // Also after a fault: what is being scanned is held by this conversation.
      await this.#settle(0)
    }
  }

  /** While scans of the session run, the client may wait for them without a word. */
  async #nextOfSession(): Promise<Command | undefined> {
    for (;;) {
      try {
        return await this.#wire.intake.nextCommand(this.#context.settings.readTimeoutMs)
      } catch (thrown) {
        if (!(thrown instanceof TimedOut) || this.#outstanding.size === 0) throw thrown
      }
    }
  }

  /** Waits until at most so many scans are outstanding. Throws what one of them could not do. */
  async #settle(most: number): Promise<void> {
    while (this.#outstanding.size > most) await Promise.race(this.#outstanding)
    if (this.#failures.length > 0) throw this.#failures[0]
  }

  async #perform(name: CommandName, argument: string, reply: Reply): Promise<Next> {
    const { services, settings } = this.#context
    switch (name) {
      case 'PING':
        await reply.line('PONG')
        return 'done'
      case 'VERSION':
        await reply.line(versionLine(services.signatures()))
        return 'done'
      case 'VERSIONCOMMANDS':
        await reply.line(versionCommandsLine(services.signatures()))
        return 'done'
      case 'STATS':
        await this.#stats(reply)
        return 'done'
      case 'RELOAD':
        await reply.line(settings.allowReload ? 'RELOADING' : 'COMMAND UNAVAILABLE')
        if (settings.allowReload) services.reload()
        return 'done'
      case 'SHUTDOWN':
      case 'QUIT':
        if (settings.allowShutdown) services.shutdown()
        else await reply.line('COMMAND UNAVAILABLE')
        return 'done'
      case 'SCAN':
      case 'CONTSCAN':
      case 'MULTISCAN':
      case 'ALLMATCHSCAN':
        this.#begin(scanPath(this.#context, { command: name, path: argument }, reply))
        return 'done'
      case 'INSTREAM':
        return this.#stream(reply)
      case 'FILDES':
        return this.#descriptor(reply)
      case 'DETSTATS':
      case 'DETSTATSCLEAR':
      case 'IDSESSION':
      case 'END':
        // clamd keeps no such statistics any more and closes without a word.
        return 'done'
    }
  }

  async #stats(reply: Reply): Promise<void> {
    const started = performance.now()
    const work = this.#context.services.workload()
    await reply.text(statsText(work, performance.now() - started))
  }

  async #stream(reply: Reply): Promise<Next> {
    const spool = new StreamSpool()
    let isHandedOn = false
    try {
      const received = await this.#receive(spool)
      if (received === 'broken off') return 'over'
      if (received === 'too large') {
        await reply.fault('INSTREAM size limit exceeded.')
        return 'over'
      }
      const target = await spool.target()
      this.#begin(this.#judge('stream', target, reply).finally(() => spool[Symbol.dispose]()))
      isHandedOn = true
      return 'done'
    } catch (thrown) {
      if (thrown instanceof TimedOut || thrown instanceof Gone) throw thrown
      this.#context.services.notice(`a stream of clamd’s protocol cannot be stored: ${messageOf(thrown)}`)
      await reply.fault('Error writing to temporary file.')
      return 'over'
    } finally {
      if (!isHandedOn) spool[Symbol.dispose]()
    }
  }

  /** Pieces, each after its length in four bytes, big-endian; a length of zero ends them. */
  async #receive(spool: StreamSpool): Promise<'complete' | 'too large' | 'broken off'> {
    const { streamMaxBytes, readTimeoutMs } = this.#context.settings
    for (;;) {
      const header = await this.#wire.intake.takeExactly(4, readTimeoutMs)
      if (header === undefined) return 'broken off'
      const length = header.readUInt32BE(0)
      if (length === 0) return 'complete'
      if (spool.size + length > streamMaxBytes) return 'too large'
      for (const end = spool.size + length; spool.size < end;) {
        const bytes = await this.#wire.intake.take(end - spool.size, readTimeoutMs)
        if (bytes === undefined) return 'broken off'
        await spool.add(bytes)
      }
    }
  }

  async #descriptor(reply: Reply): Promise<Next> {
    const { commandReadTimeoutMs } = this.#context.settings
    const fd = await this.#wire.intake.takeDescriptor(commandReadTimeoutMs)
    if (fd === 'end') return 'over'
    if (fd === undefined) {
      await reply.fault('No file descriptor received.')
      return 'over'
    }
    const judging = this.#judge(`fd[${fd}]`, { kind: 'descriptor', fd }, reply)
    this.#begin(judging.finally(() => this.#context.closeDescriptor(fd)))
    return 'done'
  }

  async #judge(name: string, target: ScanTarget, reply: Reply): Promise<void> {
    const { services, settings } = this.#context
    const command = name === 'stream' ? 'INSTREAM' : 'FILDES'
    const judged = await services.scan({
      target,
      label: `${command} ${name}`,
      allMatches: false,
      signal: reply.gone,
    })
    const answer: Answer | undefined =
      judged.kind === 'special'
        ? { kind: 'error', message: 'Not a regular file' }
        : answerOf(judged, settings.onPartial)
    if (answer === undefined) return
    if (answer.kind === 'found') {
      const names = Buffer.from(answer.names.join(', '), 'latin1').toString()
      services.notice(`${command}: ${names} (asked by ${reply.peer})`)
    }
    for (const line of answerLines(name, answer)) await reply.line(line)
  }

  /** Lets a scan go on by itself; in a session other commands follow meanwhile. */
  #begin(work: Promise<void>): void {
    const one: Promise<void> = work
      .catch((thrown: unknown) => void this.#failures.push(thrown))
      .finally(() => this.#outstanding.delete(one))
    this.#outstanding.add(one)
  }
}
