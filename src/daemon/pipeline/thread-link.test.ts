import assert from 'node:assert/strict'
import { test } from 'node:test'

import { AppError } from '../../base/app-error.ts'
import { Questions } from './thread-link.ts'

test('answers reach their question in any order', async () => {
  const questions = new Questions('the store')
  const ids: number[] = []
  const asked = [1, 2].map(() => questions.ask<string>((id) => ids.push(id), 1000))
  questions.answer(ids[1] ?? 0, 'second')
  questions.answer(ids[0] ?? 0, 'first')
  questions.answer(99, 'nobody asked')
  assert.deepEqual(await Promise.all(asked), ['first', 'second'])
})

test('a question that is not answered, refused or orphaned rejects', async () => {
  const questions = new Questions('the store')
  await assert.rejects(
    questions.ask(() => undefined, 10),
    /the store did not answer within 10 ms/,
  )
  const refused = questions.ask((id) => {
    questions.refuse(id, new AppError('usage', 'no such field'))
  }, 1000)
  await assert.rejects(refused, /no such field/)
  const orphaned = questions.ask(() => undefined, 60_000)
  questions.end()
  await assert.rejects(orphaned, /the store has ended/)
})
