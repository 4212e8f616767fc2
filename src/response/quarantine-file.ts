// Takes a file into the quarantine because somebody, or an incident, says so; the way back is a restore.

import { readFileSync, statSync } from 'node:fs'
import { basename, isAbsolute } from 'node:path'

import { AppError } from '../base/app-error.ts'
import type { Action, ActionContext, Done, Plan } from './action.ts'
import { itemPath, Quarantine } from './quarantine/index.ts'

export const quarantineFile: Action = {
  async plan(target, context): Promise<Plan> {
    if (!isAbsolute(target)) throw new AppError('usage', `${target} is no absolute path`)
    const stat = statSync(target, { bigint: true, throwIfNoEntry: false })
    if (stat?.isFile() !== true) {
      throw new AppError('not-found', `${target} is no file`, {
        hint: stat === undefined ? 'it may have been removed already' : 'only regular files are taken',
      })
    }
    const isVital = isMapped(1, stat.ino) || isMapped('self', stat.ino)
    if (isVital && !context.force) {
      throw new AppError('permission', `${target} is not taken: this host runs on it`, {
        hint: '--force takes it all the same',
      })
    }
    return Promise.resolve({
      action: 'quarantine',
      target,
      steps: [
        `copy ${target} (${stat.size} bytes) into ${context.settings.quarantineDirectory}, then remove it`,
      ],
      warnings: [
        ...(isVital ? ['this host runs on it'] : []),
        ...(stat.nlink > 1n ? [`${stat.nlink - 1n} more names (hard links) lead to it and stay`] : []),
        'a process that runs it goes on',
      ],
      isReversible: true,
      touches: { paths: [target] },
      data: { inode: String(stat.ino), device: String(stat.dev) },
    })
  },

  async apply(plan, context) {
    const there = statSync(plan.target, { bigint: true, throwIfNoEntry: false })
    if (String(there?.ino) !== plan.data['inode'] || String(there?.dev) !== plan.data['device'])
      throw new AppError('not-found', `${plan.target} is another file by now, or none`)
    const { item, original, otherLinks } = quarantineOf(context).add({
      path: plan.target,
      verdict: {
        status: 'found',
        detections: [
          {
            name: context.reason,
            detector: 'response',
            chain: [basename(plan.target)],
            offset: 0,
            sha256: '',
          },
        ],
        reasons: [],
      },
      by: 'haechi respond',
    })
    const isGone = original === 'removed'
    return Promise.resolve({
      results: [
        { text: `it is in the quarantine as ${item.id}`, ok: true },
        ...(isGone ? [] : [{ text: 'the path leads to another file by now, which was left', ok: false }]),
        ...(otherLinks > 0 ? [{ text: `other names that still lead to it: ${otherLinks}`, ok: true }] : []),
      ],
      data: { ...plan.data, item: item.id },
    })
  },

  async undo(done, context) {
    const quarantine = quarantineOf(context)
    const { path, warnings } = quarantine.restore(itemOf(done, quarantine), { force: context.force })
    return Promise.resolve([
      { text: `${Buffer.from(path).toString('utf8')} is back`, ok: true },
      ...warnings.map((text) => ({ text, ok: true })),
    ])
  },
}

function quarantineOf({ settings }: ActionContext): Quarantine {
  return new Quarantine(settings.quarantineDirectory)
}

/** Of one that was interrupted nothing but the path and the time is known. */
function itemOf({ data, target, time }: Done, quarantine: Quarantine): string {
  if (typeof data['item'] === 'string') return data['item']
  const found = quarantine
    .list()
    .find((entry) => entry.kind === 'item' && itemPath(entry.item).text === target && entry.item.time >= time)
  if (found?.kind === 'item') return found.item.id
  throw new AppError('not-found', `${target} did not get into the quarantine`)
}

/** Whether a process has the file in its memory: its executable or a library. */
function isMapped(pid: number | 'self', inode: bigint): boolean {
  try {
    return readFileSync(`/proc/${pid}/maps`, 'latin1').includes(` ${inode} `)
  } catch {
    return false
  }
}
