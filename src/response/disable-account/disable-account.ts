// Disables an account of this host: no password, expired, on request without its ssh keys and its processes.

import { AppError } from '../../base/app-error.ts'
import { realUid } from '../../platform/linux/processes.ts'
import type { Action, JsonObject, Plan, StepResult } from '../action.ts'
import { ancestors, callerUids } from '../ancestors.ts'
import { type Belongs, hunt } from '../kill-tree/hunt.ts'
import { isEnded, listProcesses } from '../kill-tree/process-list.ts'
import { whyNeeded, whyNever } from '../kill-tree/protected.ts'
import { type Account, findAccount, type PasswordState } from './account-files.ts'
import { lockAccount, unlockAccount } from './lock.ts'
import { keyFiles, putBack, setAside } from './ssh-keys.ts'

export const disableAccount: Action = {
  async plan(target, context): Promise<Plan> {
    const account = findAccount(target)
    const warnings = refuse(account, context.force)
    const { kind, expires } = account.password
    const keys = keyFiles(account.home)
    const running = processesOf(account.uid)
    return Promise.resolve({
      action: 'disable-account',
      target: account.name,
      steps: [
        kind === 'locked' ? 'leave the password locked, as it is' : 'lock the password (usermod -L)',
        `let the account expire (chage -E 1; before: ${expires === '' ? 'never' : `day ${expires}`})`,
        ...(context.keys ? keys.map((path) => `set ${path} aside`) : []),
        ...(context.endSessions ? [`end its processes and sessions: ${running.length} now`] : []),
      ],
      warnings: [
        ...warnings,
        ...(!context.keys && keys.length > 0
          ? [
              `its ssh keys stay (${keys.join(', ')}); an sshd without PAM lets them in: --keys sets them aside`,
            ]
          : []),
        ...(!context.endSessions && running.length > 0
          ? [`its processes go on: ${running.length}; --end-sessions ends them`]
          : []),
      ],
      isReversible: true,
      touches: { accounts: [account.name] },
      data: {
        id: context.id,
        uid: account.uid,
        password: { ...account.password },
        keys: context.keys ? keys : [],
        endSessions: context.endSessions,
      },
    })
  },

  async apply(plan) {
    const { id, uid, keys, endSessions, password } = readData(plan.data)
    const results = await lockAccount(plan.target, password)
    for (const path of keys) results.push(setAside(path, id))
    if (endSessions) results.push(...(await endProcesses(uid)))
    return { results, data: plan.data }
  },

  async undo({ target, data }) {
    const { id, uid, keys, password } = readData(data)
    if (findAccount(target).uid !== uid)
      throw new AppError('unsupported', `${target} is another account by now: its number has changed`)
    const results = await unlockAccount(target, password)
    for (const path of keys) results.push(putBack(path, id))
    return results
  },
}

/** What force overrides, as warnings. Throws AppError without it. */
function refuse({ name, uid }: Account, force: boolean): string[] {
  const reasons = [
    ...(uid === 0 ? ['it is root'] : []),
    ...(callerUids().has(uid) ? ['it is the account of who asks'] : []),
  ]
  if (reasons.length > 0 && !force) {
    throw new AppError('permission', `${name} is not disabled: ${reasons.join('; ')}`, {
      hint: '--force disables it all the same',
    })
  }
  return reasons
}

function processesOf(uid: number): number[] {
  return [...listProcesses().values()]
    .filter((row) => !isEnded(row) && realUid(row.pid) === uid)
    .map(({ pid }) => pid)
}

async function endProcesses(uid: number): Promise<StepResult[]> {
  const own = new Set(ancestors())
  const belongs: Belongs = (row) =>
    !own.has(row.pid) && whyNever(row) === '' && whyNeeded(row) === '' && realUid(row.pid) === uid
  const { ended, left } = await hunt(belongs)
  return [
    { text: `processes ended: ${ended.length}`, ok: true },
    ...left.map(({ pid, name }) => ({ text: `still there: ${pid} ${name}`, ok: false })),
  ]
}

interface AccountData {
  readonly id: string
  readonly uid: number
  readonly password: PasswordState
  readonly keys: readonly string[]
  readonly endSessions: boolean
}

function readData(data: JsonObject): AccountData {
  return data as unknown as AccountData
}
