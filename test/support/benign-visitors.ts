// Visitors of a web site as it has them every day: they look, send pictures, search for odd things, and mistype a password.

import { randomBytes } from 'node:crypto'

import { upload, visit } from './web-client.ts'
import type { WebSite } from './web-site.ts'

const searches = [
  'rainer maria rilke "der panther"',
  "o'reilly & sons; drop shipping",
  'select a hotel from the list where pets are allowed',
  'how do I run cmd.exe or bash on windows?',
  'union jack cushions <3',
  '../my pictures/2024',
  '한국 여행 사진',
]

const firefox = {
  'User-Agent': 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:131.0) Gecko/20100101 Firefox/131.0',
}

export async function read({ port }: Pick<WebSite, 'port'>, from: string, round: number): Promise<void> {
  const path = ['/', '/about.html', '/style.css', '/upload.php'][round % 4] ?? '/'
  await expectStatus(visit({ from, port, path, headers: firefox }), 200)
}

export async function sendPicture(
  { port }: Pick<WebSite, 'port'>,
  from: string,
  pictures: string[],
  name: string,
): Promise<void> {
  const content = Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), randomBytes(600)])
  await expectStatus(upload({ from, port, headers: firefox }, { name, type: 'image/png', content }), 200)
  pictures.push(name)
  await expectStatus(visit({ from, port, path: `/uploads/${name}`, headers: firefox }), 200)
}

export async function search({ port }: Pick<WebSite, 'port'>, from: string, round: number): Promise<void> {
  const query = new URLSearchParams({ q: searches[round % searches.length] ?? '' })
  await expectStatus(visit({ from, port, path: `/search.php?${query.toString()}`, headers: firefox }), 200)
}

/** Wrong twice, then right, then quiet for a while. */
export async function logIn({ port }: Pick<WebSite, 'port'>, from: string, round: number): Promise<void> {
  const password = round % 200 === 2 ? 'correct horse' : 'correct hrose'
  if (round % 200 > 2) return
  const headers = { ...firefox, 'Content-Type': 'application/x-www-form-urlencoded' }
  const body = new URLSearchParams({ name: 'ann', password }).toString()
  const page = visit({ from, port, path: '/login.php', method: 'POST', headers, body })
  await expectStatus(page, round % 200 === 2 ? 302 : 401)
}

export async function crawl({ port }: Pick<WebSite, 'port'>, from: string, round: number): Promise<void> {
  const headers = { 'User-Agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' }
  const path = ['/robots.txt', '/', '/about.html', '/old-page.html'][round % 4] ?? '/'
  await expectStatus(visit({ from, port, path, headers }), round % 4 === 3 ? 404 : 200)
}

async function expectStatus(page: ReturnType<typeof visit>, status: number): Promise<void> {
  const { status: found, text } = await page
  if (found !== status) throw new Error(`status ${found} instead of ${status}: ${text.slice(0, 200)}`)
}
