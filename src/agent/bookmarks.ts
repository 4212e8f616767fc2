// Where the agent was in each channel: a small file that is replaced as a whole, so that an end at any moment repeats events
// at most and loses none.

import { readFileSync, renameSync, writeFileSync } from 'node:fs'

import { AppError, messageOf } from '../base/app-error.ts'

export interface ChannelPlace {
  /** As EvtRender gives it. */
  readonly bookmark: string
  /** EventRecordID of the last event that was told. */
  readonly recordId: number
}

const maxBytes = 1024 * 1024

/** Owns the file. Without a path nothing is kept. */
export class Bookmarks {
  readonly #path: string | undefined
  readonly #places: Map<string, ChannelPlace>
  #isChanged = false

  /** Throws AppError when the file is there and cannot be read; one that is damaged begins anew. */
  constructor(path: string | undefined) {
    this.#path = path
    this.#places = path === undefined ? new Map<string, ChannelPlace>() : readPlaces(path)
  }

  get(channel: string): ChannelPlace | undefined {
    return this.#places.get(channel)
  }

  set(channel: string, place: ChannelPlace): void {
    this.#places.set(channel, place)
    this.#isChanged = true
  }

  /** Writes what changed. Throws AppError. */
  save(): void {
    if (this.#path === undefined || !this.#isChanged) return
    try {
      writeFileSync(`${this.#path}.new`, JSON.stringify(Object.fromEntries(this.#places)), { flush: true })
      renameSync(`${this.#path}.new`, this.#path)
      this.#isChanged = false
    } catch (thrown) {
      throw new AppError('kernel', `${this.#path} cannot be written: ${messageOf(thrown)}`, { cause: thrown })
    }
  }
}

function readPlaces(path: string): Map<string, ChannelPlace> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return new Map()
    throw new AppError('permission', `${path} cannot be read: ${messageOf(thrown)}`, { cause: thrown })
  }
  return new Map(text.length > maxBytes ? [] : Object.entries(parsed(text)).filter(isPlace))
}

function parsed(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    // Torn by a crash of the system: it only says from where to read on.
    return {}
  }
}

function isPlace(entry: [string, unknown]): entry is [string, ChannelPlace] {
  const { bookmark, recordId } = (entry[1] ?? {}) as Partial<ChannelPlace>
  return typeof bookmark === 'string' && Number.isSafeInteger(recordId)
}
