// The report of an incident as its readers see it: in a real Chromium, on a phone, in the dark, on paper, without script, by keyboard.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'

import { htmlPage } from '../../src/cli/incidents/html/page.ts'
import type { Incident } from '../../src/model/index.ts'
import { requireChromium, Tab } from '../support/chromium.ts'
import { type Folder, withFolder } from '../support/folder.ts'
import { hostileIncident, hostileName } from '../support/hostile-incident.ts'
import { largeIncident, webShellIncident } from '../support/incident.ts'

let files = 0

function pageFile(folder: Folder, incident: Incident): string {
  const report = { incident, losses: [], host: 'web1', made: '2026-11-22T11:00:00.000Z' }
  files += 1
  return pathToFileURL(folder.file(`${files}.html`, htmlPage(report))).href
}

test('the report of an incident in Chromium', async (t) => {
  const program = requireChromium(t)
  if (program === undefined) return
  const folder = withFolder(t)
  await using tab = await Tab.open(program)
  const url = pageFile(folder, webShellIncident())
  const hostileUrl = pageFile(folder, hostileIncident())

  await t.test('nothing is fetched, and nothing is complained of', async () => {
    for (const address of [url, hostileUrl, pageFile(folder, largeIncident(200))]) {
      await tab.go(address)
      assert.deepEqual(tab.requests, [address])
      assert.deepEqual(tab.complaints, [])
    }
  })

  await t.test(
    'hostile names are text: no script of theirs runs, no element of theirs is there',
    async () => {
      await tab.go(hostileUrl)
      assert.deepEqual(
        await tab.evaluate(`({
        attacked: typeof window.attacked,
        images: document.images.length,
        scripts: document.scripts.length,
        handlers: document.querySelectorAll('[onload],[onerror]').length,
        title: document.title.includes('<img src=x onerror='),
        heading: document.querySelector('h1').children.length,
        whole: JSON.parse(document.getElementById('incident').textContent).title,
      })`),
        {
          attacked: 'undefined',
          images: 0,
          scripts: 2,
          handlers: 0,
          title: true,
          heading: 0,
          whole: hostileName,
        },
      )
    },
  )

  await t.test('the policy stops what would slip through', async () => {
    await tab.go(url)
    await tab.evaluate(`(() => {
      const script = document.createElement('script')
      script.textContent = 'window.attacked = 1'
      document.body.append(script)
      const image = document.createElement('img')
      image.src = 'http://127.0.0.1:9/x'
      document.body.append(image)
      return new Promise((resolve) => image.addEventListener('error', resolve, { once: true })).then(() => undefined)
    })()`)
    assert.equal(await tab.evaluate('typeof window.attacked'), 'undefined')
    assert.ok(
      tab.complaints.some(
        (text) => text.includes('Content Security Policy') || text.includes('ContentSecurityPolicy'),
      ),
    )
  })

  await t.test(
    'a box of the graph shows its neighbours and its steps, by mouse and by keyboard',
    async () => {
      await tab.go(url)
      const lit = await tab.evaluate(`(() => {
      const boxes = [...document.querySelectorAll('#graph a.node')]
      const reverse = boxes.find((box) => box.querySelector('.title').textContent === 'bash -i')
      reverse.focus()
      const state = {
        focused: document.getElementById('graph').classList.contains('focused'),
        near: boxes.filter((box) => box.classList.contains('near')).map((box) => box.querySelector('.title').textContent),
        edges: document.querySelectorAll('#graph .edge.near').length,
        steps: [...document.querySelectorAll('.step.near')].length,
        faded: getComputedStyle(boxes.find((box) => !box.classList.contains('near'))).opacity,
      }
      reverse.blur()
      return { ...state, after: document.querySelectorAll('.near').length }
    })()`)
      assert.deepEqual(lit, {
        focused: true,
        near: [
          'www-data',
          "sh -c bash -c 'bash…",
          'bash -i',
          '198.51.100.7',
          'curl -so /tmp/.x ht…',
          '/tmp/.x',
        ],
        edges: 5,
        steps: 2,
        faded: '0.25',
        after: 0,
      })
      // The first stop of the keyboard leads past the header.
      await tab.go(url)
      await tab.press('Tab')
      assert.equal(await tab.evaluate('document.activeElement.className'), 'skip')
    },
  )

  await t.test('the story can be searched, and shown without its quiet steps', async () => {
    await tab.go(url)
    const visible = `[...document.querySelectorAll('.step')].filter((step) => step.checkVisibility()).length`
    assert.equal(await tab.evaluate(visible), 20)
    await tab.evaluate(`(() => {
      const search = document.getElementById('search')
      search.value = 'Reverse SHELL 198.51'
      search.dispatchEvent(new Event('input'))
    })()`)
    const found = Number(await tab.evaluate(visible))
    assert.ok(found > 0 && found < 10, `${found} steps`)
    assert.equal(
      await tab.evaluate(`document.getElementById('search-result').textContent`),
      `${found} of 20 steps`,
    )
    await tab.evaluate(`(() => {
      const search = document.getElementById('search')
      search.value = ''
      search.dispatchEvent(new Event('input'))
      document.getElementById('only-detected').click()
    })()`)
    assert.equal(await tab.evaluate(visible), 13)
  })

  await t.test('without script everything is there but the search', async () => {
    await tab.send('Emulation.setScriptExecutionDisabled', { value: true })
    await tab.go(url)
    const state = await tab.evaluate(`(() => {
      document.getElementById('only-detected').checked = true
      return {
        search: document.getElementById('search').checkVisibility(),
        steps: [...document.querySelectorAll('.step')].filter((step) => step.checkVisibility()).length,
        boxes: document.querySelectorAll('#graph a.node').length,
      }
    })()`)
    await tab.send('Emulation.setScriptExecutionDisabled', { value: false })
    assert.deepEqual(state, { search: false, steps: 13, boxes: 25 })
  })

  await t.test('from a phone to a wide screen the page is never wider than the window', async () => {
    for (const width of [320, 390, 768, 1280, 1920]) {
      for (const address of [url, hostileUrl]) {
        await tab.send('Emulation.setDeviceMetricsOverride', {
          width,
          height: 900,
          deviceScaleFactor: 1,
          mobile: false,
        })
        await tab.go(address)
        const wide = Number(await tab.evaluate('document.documentElement.scrollWidth'))
        assert.ok(wide <= width, `${wide} of ${width}: ${JSON.stringify(await tab.evaluate(tooWide))}`)
      }
    }
    await tab.send('Emulation.clearDeviceMetricsOverride')
  })

  for (const scheme of ['light', 'dark']) {
    await t.test(`every text has the contrast of WCAG AA when it is ${scheme}`, async () => {
      await tab.send('Emulation.setEmulatedMedia', {
        features: [{ name: 'prefers-color-scheme', value: scheme }],
      })
      await tab.go(url)
      assert.deepEqual(await tab.evaluate(faintTexts), [])
      const page = await tab.evaluate('getComputedStyle(document.body).backgroundColor')
      assert.equal(page, scheme === 'dark' ? 'rgb(14, 20, 27)' : 'rgb(246, 247, 249)')
    })
  }

  await t.test('headings, landmarks and tables say what they are', async () => {
    await tab.go(url)
    assert.deepEqual(
      await tab.evaluate(`({
        h1: document.querySelectorAll('h1').length,
        landmarks: ['header', 'nav', 'main', 'footer'].map((name) => document.querySelectorAll('body > ' + name + ', header > ' + name).length),
        captions: [...document.querySelectorAll('table')].every((table) => table.caption !== null && table.querySelectorAll('thead th[scope=col]').length > 0),
        labels: [...document.querySelectorAll('input')].every((input) => input.labels.length === 1),
        unnamed: [...document.querySelectorAll('a')].filter((a) => (a.getAttribute('aria-label') ?? a.textContent).trim() === '').length,
      })`),
      { h1: 1, landmarks: [1, 1, 1, 1], captions: true, labels: true, unnamed: 0 },
    )
  })

  await t.test('the print has the story, the graph and the tables as text, on few pages', async (step) => {
    await tab.send('Emulation.setEmulatedMedia', {
      features: [{ name: 'prefers-color-scheme', value: 'dark' }],
    })
    await tab.go(url)
    const { data } = await tab.send('Page.printToPDF', { preferCSSPageSize: true, printBackground: true })
    const pdf = Buffer.from(String(data), 'base64')
    assert.equal(pdf.subarray(0, 5).toString(), '%PDF-')
    const pages = [...pdf.toString('latin1').matchAll(/\/Type ?\/Page\b/g)].length
    assert.ok(pages >= 4 && pages <= 9, `${pages} pages`)
    const file = folder.file('report.pdf', pdf)
    const { status, stdout } = spawnSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' })
    if (status !== 0)
      return step.skip('SKIPPED, NOT TESTED: pdftotext is not installed (Debian: poppler-utils)')
    for (const text of [
      'Web shell from 203.0.113.9 led to a reverse shell',
      'bash connected to 198.51.100.7:4444',
      'haechi respond --dry-run isolate-host',
      'connected-to',
      'T1505.003',
      '/usr/local/bin/.sysd is set-uid root',
      'History of the incident',
    ]) {
      assert.ok(stdout.includes(text), `${text} is not in the print`)
    }
    // What works on a screen only is not on paper.
    assert.ok(!stdout.includes('only steps with a detection') && !stdout.includes('Evidence: event'))
  })

  await t.test('boxes of the graph do not touch each other on the screen', async () => {
    await tab.go(pageFile(folder, largeIncident(200)))
    const touching = await tab.evaluate(`(() => {
      const boxes = [...document.querySelectorAll('#graph a.node > rect:first-of-type')].map((rect) => rect.getBoundingClientRect())
      let count = 0
      for (const [index, a] of boxes.entries()) {
        for (const b of boxes.slice(index + 1)) {
          if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) count += 1
        }
      }
      return [boxes.length, count]
    })()`)
    assert.deepEqual(touching, [200, 0])
  })
})

/** Elements that end outside of the window, and have nothing around them that scrolls. */
const tooWide = `[...document.querySelectorAll('body *')]
  .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth && !element.closest('.drawing, .table'))
  .map((element) => [element.tagName, element.id, element.getAttribute('class'), element.getBoundingClientRect().right].join(' '))`

/** Texts whose contrast with what is behind them is below 4.5 (WCAG 2.2, 1.4.3). */
const faintTexts = `(() => {
  const parse = (color) => {
    const [r = 0, g = 0, b = 0, a = 1] = (color.match(/[\\d.]+/g) ?? []).map(Number)
    return { r, g, b, a }
  }
  const light = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4))
    return 0.2126 * x + 0.7152 * y + 0.0722 * z
  }
  const behind = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      if (at instanceof SVGElement) {
        const box = at.classList.contains('score') ? at.previousElementSibling : at.closest('a.node')?.querySelector('rect')
        if (box) return parse(getComputedStyle(box).fill)
        continue
      }
      const color = parse(getComputedStyle(at).backgroundColor)
      if (color.a === 1) return color
    }
    return parse('rgb(255, 255, 255)')
  }
  const faint = []
  let seen = 0
  for (const element of document.body.querySelectorAll('*')) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue.trim() !== '')
    if (!hasText || !element.checkVisibility() || ['SCRIPT', 'title'].includes(element.tagName)) continue
    if (element.closest('.skip')) continue
    seen += 1
    const style = getComputedStyle(element)
    const [a, b] = [light(parse(element instanceof SVGElement ? style.fill : style.color)), light(behind(element))]
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
    if (ratio < 4.5) faint.push(ratio.toFixed(2) + ' ' + element.getAttribute('class') + ' ' + element.textContent.slice(0, 40))
  }
  return seen > 200 ? faint : ['only ' + seen + ' texts were looked at']
})()`
