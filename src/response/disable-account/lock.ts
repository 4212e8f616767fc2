// Locks an account with the system's own programs (usermod(8), chage(1)), which hold the locks of the files and tell the audit
// log, and brings it back to the very line that it had.

import { AppError } from '../../base/app-error.ts'
import type { StepResult } from '../action.ts'
import { runProgram } from '../run-program.ts'
import { type PasswordState, readPassword } from './account-files.ts'

/** 1970-01-02: shadow(5) calls 0 ambiguous. */
const longAgo = '1'

/** Throws AppError when nothing was changed. */
export async function lockAccount(name: string, { kind }: PasswordState): Promise<StepResult[]> {
  if (kind !== 'locked') await run('usermod', ['-L', name])
  const locked = {
    text: kind === 'locked' ? 'the password was locked already' : 'the password is locked',
    ok: true,
  }
  try {
    await run('chage', ['-E', longAgo, name])
    return [locked, { text: 'the account has expired', ok: true }]
  } catch (thrown) {
    return [locked, { text: `the account has not expired: ${String(thrown)}`, ok: false }]
  }
}

/** Brings back what was changed, not more: a password that was set meanwhile stays. Throws AppError. */
export async function unlockAccount(name: string, before: PasswordState): Promise<StepResult[]> {
  const now = readPassword(name)
  const isAsLeft = now.changed === before.changed
  if (before.kind === 'none' && now.kind === 'locked' && isAsLeft) {
    // usermod -U refuses to take the lock from an empty password.
    await run('usermod', ['-p', '', name])
    await run('chage', ['-d', before.changed === '' ? '-1' : before.changed, name])
  } else if (before.kind === 'set' && now.kind === 'locked') await run('usermod', ['-U', name])
  await run('chage', ['-E', before.expires === '' ? '-1' : before.expires, name])
  const isSame = readPassword(name).digest === before.digest
  return [
    {
      text: isSame
        ? 'password and expiry are as they were'
        : 'password and expiry are back, but somebody changed the account meanwhile',
      ok: true,
    },
  ]
}

async function run(program: 'usermod' | 'chage', args: readonly string[]): Promise<void> {
  const { code, stderr } = await runProgram(program, args)
  if (code === 0) return
  const [line = ''] = stderr.trim().split('\n')
  throw new AppError('kernel', `${program} failed with ${code}: ${line}`, {
    hint: stderr.includes('lock') ? 'another program is changing the accounts: try again' : '',
  })
}
