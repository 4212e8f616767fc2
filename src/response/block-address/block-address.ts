// Blocks an address or a network in both directions, for a time that the kernel keeps, and ends the connections with it.

import { AppError, messageOf } from '../../base/app-error.ts'
import { destroyConnections } from '../../platform/linux/sock-destroy.ts'
import type { Action, ActionContext, Plan, StepResult } from '../action.ts'
import { contains, type Network, overlaps, parseNetwork } from '../networks.ts'
import { requireNft } from '../nft.ts'
import { whyNotBlock } from './own-network.ts'
import { block, type Blocked, listBlocked, unblock } from './table.ts'

const day = 86_400

export const blockAddress: Action = {
  async plan(target, context): Promise<Plan> {
    requireNft()
    const network = networkOf(target)
    const reasons = whyNotBlock(network, context.settings.managementAddresses)
    if (reasons.length > 0 && !context.force) {
      throw new AppError('permission', `${network.text} is not blocked: ${reasons.join('; ')}`, {
        hint: '--force blocks it all the same',
      })
    }
    const seconds = secondsOf(context)
    const before = findBlocked(await listBlocked(), network)
    const expires = seconds === undefined ? undefined : new Date(Date.now() + seconds * 1000).toISOString()
    return {
      action: 'block-address',
      target: network.text,
      steps: [
        `drop what comes from and goes to ${network.text}, also of containers, ${seconds === undefined ? 'for good' : `until ${String(expires)}`} (nftables, table inet haechi)`,
        `end the connections with ${network.text} that there are`,
      ],
      warnings: [...reasons, ...(before === undefined ? [] : [`it is blocked already, ${timeText(before)}`])],
      isReversible: true,
      ...(expires === undefined ? {} : { expires }),
      touches: {},
      data: seconds === undefined ? {} : { seconds },
    }
  },

  async apply(plan) {
    const network = networkOf(plan.target)
    const { seconds } = plan.data
    const isBlocked = findBlocked(await listBlocked(), network) !== undefined
    await block(network, { isBlocked, ...(typeof seconds === 'number' ? { seconds } : {}) })
    const dropped = { text: `${network.text} is blocked in both directions`, ok: true }
    return { results: [dropped, await endConnections(network)], data: plan.data }
  },

  async undo({ target }) {
    const network = networkOf(target)
    const now = findBlocked(await listBlocked(), network)
    if (now === undefined) return [{ text: `${network.text} was not blocked any more`, ok: true }]
    await unblock(network)
    return [{ text: `${network.text} is not blocked any more`, ok: true }]
  },

  afterBoot: {
    async holds(done) {
      const network = networkOf(done.target)
      return (await listBlocked()).some((one) => one.network.text === network.text)
    },
    async putBack(done) {
      const network = networkOf(done.target)
      const left = done.expires === undefined ? undefined : secondsUntil(done.expires)
      await block(network, { isBlocked: false, ...(left === undefined ? {} : { seconds: left }) })
      return [{ text: `${network.text} is blocked again`, ok: true }, await endConnections(network)]
    },
  },
}

function networkOf(target: string): Network {
  const network = parseNetwork(target)
  if (network !== undefined) return network
  throw new AppError('usage', `${target} is no address and no network`, {
    hint: 'write 192.0.2.7, 192.0.2.0/24, 2001:db8::7 or 2001:db8::/32',
  })
}

function secondsOf({ forMs, settings }: ActionContext): number | undefined {
  const ms = forMs ?? settings.blockForMs
  return ms === 'forever' ? undefined : Math.max(1, Math.ceil(ms / 1000))
}

/** The same network. Throws AppError for one that the kernel could not hold beside those that there are. */
function findBlocked(blocked: readonly Blocked[], network: Network): Blocked | undefined {
  for (const one of blocked) {
    if (one.network.text === network.text) return one
    const areNetworks = one.network.text.includes('/') && network.text.includes('/')
    if (!areNetworks || !overlaps(one.network, network)) continue
    const isInside = contains(one.network, network)
    throw new AppError(
      'unsupported',
      `${network.text} ${isInside ? 'lies in' : 'holds'} ${one.network.text}, which is blocked, ${timeText(one)}`,
      { hint: 'undo that first: haechi respond list shows its id' },
    )
  }
  return undefined
}

function timeText({ expires }: Blocked): string {
  if (expires === undefined) return 'for good'
  return expires >= 2 * day ? `for ${Math.floor(expires / day)} days more` : `for ${expires} s more`
}

function secondsUntil(time: string): number {
  return Math.max(1, Math.ceil((Date.parse(time) - Date.now()) / 1000))
}

async function endConnections(network: Network): Promise<StepResult> {
  try {
    const { ended, problem } = await destroyConnections((remote) => {
      const peer = parseNetwork(remote)
      return peer !== undefined && contains(network, peer)
    })
    const count = ended.length === 0 ? 'no connection was there to end' : `connections ended: ${ended.length}`
    return { text: problem === '' ? count : `${count}; ${problem}: what is left is only blocked`, ok: true }
  } catch (thrown) {
    // It is blocked: what could not be ended gets nothing through.
    return { text: `connections are only blocked, not ended: ${messageOf(thrown)}`, ok: true }
  }
}
